//! Offers of vouchers, and who was given which.
//!
//! One offer is open at a time. Whoever asks is given one code, the same one however often; when the
//! stock is out, they are told so. Who asked while an offer was open is served after it has ended, too.
//!
//! Bound: the last [`KEPT`] offers, with a code for each user up to the stock of each (100,000).

use std::collections::{BTreeMap, VecDeque};

use liveroom::UserId;
use serde::Serialize;
use thiserror::Error;

use crate::codes::{Code, Codes};

/// Offers that are remembered, the open one among them.
const KEPT: usize = 4;
/// "1..60 bytes".
const TITLE: usize = 60;
/// "..200".
const TEXT: usize = 200;
/// "1..100000".
const MOST: u32 = 100_000;
/// What a group's custom field holds.
const CARD: usize = 512;

/// Why an offer cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum BadOffer {
    #[error("an offer's title has 1 to {TITLE} bytes")]
    Title,
    #[error("an offer's text has at most {TEXT} bytes")]
    Text,
    #[error("an offer's stock is 1 to {MOST}")]
    Stock,
    #[error("the offer takes more than {CARD} bytes to write; leave out what must be escaped")]
    Card,
}

/// What somebody gets who asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// One code, their own.
    Voucher { offer: u32, title: String, code: Code },
    /// Nothing is left.
    SoldOut { offer: u32 },
}

#[derive(Debug)]
struct Offer {
    id: u32,
    title: String,
    text: String,
    stock: u32,
    given: BTreeMap<UserId, Code>,
}

/// The offers of one room.
#[derive(Debug)]
pub(crate) struct Offers {
    codes: Codes,
    opened: u32,
    is_open: bool,
    /// The newest last.
    kept: VecDeque<Offer>,
}

/// An offer as the group's custom field has it.
#[derive(Serialize)]
struct Card<'a> {
    id: u32,
    title: &'a str,
    text: &'a str,
    stock: u32,
    left: u32,
}

impl Offers {
    pub(crate) fn new(codes: Codes) -> Self {
        Self { codes, opened: 0, is_open: false, kept: VecDeque::new() }
    }

    /// Opens an offer, and ends the one before.
    ///
    /// # Errors
    /// [`BadOffer`] says what is wrong with it; the one before is as it was.
    pub(crate) fn open(&mut self, title: String, text: String, stock: u32) -> Result<(), BadOffer> {
        if !(1..=TITLE).contains(&title.len()) {
            return Err(BadOffer::Title);
        }
        if text.len() > TEXT {
            return Err(BadOffer::Text);
        }
        if !(1..=MOST).contains(&stock) {
            return Err(BadOffer::Stock);
        }
        let offer = Offer { id: self.opened + 1, title, text, stock, given: BTreeMap::new() };
        if offer.card().len() > CARD {
            return Err(BadOffer::Card);
        }
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.opened += 1;
        self.is_open = true;
        self.kept.push_back(offer);
        Ok(())
    }

    /// Ends the open offer.
    pub(crate) fn end(&mut self) {
        self.is_open = false;
    }

    /// Whether that offer is open.
    pub(crate) fn is_open(&self, id: u32) -> bool {
        self.current().is_some_and(|offer| offer.id == id)
    }

    /// The open offer, as everybody is shown it; empty if there is none.
    pub(crate) fn card(&self) -> String {
        self.current().map(Offer::card).unwrap_or_default()
    }

    /// Gives a user who asked what is theirs; `None` if that offer is not remembered.
    pub(crate) fn give(&mut self, id: u32, user: &UserId) -> Option<Given> {
        let offer = self.kept.iter_mut().find(|offer| offer.id == id)?;
        let title = offer.title.clone();
        if let Some(&code) = offer.given.get(user) {
            return Some(Given::Voucher { offer: id, title, code });
        }
        if offer.left() == 0 {
            return Some(Given::SoldOut { offer: id });
        }
        let code = self.codes.next();
        offer.given.insert(user.clone(), code);
        Some(Given::Voucher { offer: id, title, code })
    }

    /// What a user was given, of all offers that are remembered.
    pub(crate) fn given_to(&self, user: &UserId) -> Vec<Given> {
        let given = self.kept.iter().filter_map(|offer| {
            let code = *offer.given.get(user)?;
            Some(Given::Voucher { offer: offer.id, title: offer.title.clone(), code })
        });
        given.collect()
    }

    fn current(&self) -> Option<&Offer> {
        self.kept.back().filter(|_| self.is_open)
    }
}

impl Offer {
    fn left(&self) -> u32 {
        self.stock - u32::try_from(self.given.len()).unwrap_or(self.stock)
    }

    fn card(&self) -> String {
        let Self { id, title, text, stock, given: _ } = self;
        let card = Card { id: *id, title, text, stock: *stock, left: self.left() };
        serde_json::to_string(&card).expect("words and numbers are JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offers() -> Offers {
        Offers::new(Codes::new(1, 2))
    }

    fn user(number: u32) -> UserId {
        format!("u{number}").parse().unwrap()
    }

    #[test]
    fn each_user_has_one_code_and_no_code_has_two_users() {
        let mut offers = offers();
        offers.open("Tea".to_owned(), String::new(), 3).unwrap();
        let first: Vec<_> = (1..=3).map(|it| offers.give(1, &user(it)).unwrap()).collect();
        let again: Vec<_> = (1..=3).map(|it| offers.give(1, &user(it)).unwrap()).collect();
        assert_eq!(first, again);
        assert!(first[0] != first[1] && first[1] != first[2] && first[0] != first[2]);
        assert_eq!(offers.give(1, &user(4)), Some(Given::SoldOut { offer: 1 }));
        assert_eq!(offers.given_to(&user(2)), [first[1].clone()]);
        assert_eq!(offers.card(), r#"{"id":1,"title":"Tea","text":"","stock":3,"left":0}"#);
    }

    #[test]
    fn an_offer_that_has_ended_serves_those_who_asked_before() {
        let mut offers = offers();
        offers.open("One".to_owned(), String::new(), 9).unwrap();
        offers.end();
        assert_eq!((offers.is_open(1), offers.card().as_str()), (false, ""));
        assert!(matches!(offers.give(1, &user(1)), Some(Given::Voucher { offer: 1, .. })));
        for _ in 0..KEPT {
            offers.open("Next".to_owned(), String::new(), 9).unwrap();
        }
        assert!(offers.is_open(5) && !offers.is_open(4));
        assert_eq!((offers.give(1, &user(1)), offers.give(6, &user(1))), (None, None));
        assert!(offers.given_to(&user(1)).is_empty());
    }

    #[test]
    fn an_offer_has_limits() {
        let mut offers = offers();
        let long = |bytes: usize| "x".repeat(bytes);
        let mut open = |title: String, text: String, stock| offers.open(title, text, stock);
        assert_eq!(open(String::new(), String::new(), 1), Err(BadOffer::Title));
        assert_eq!(open(long(61), String::new(), 1), Err(BadOffer::Title));
        assert_eq!(open(long(1), long(201), 1), Err(BadOffer::Text));
        assert_eq!(open(long(1), String::new(), 0), Err(BadOffer::Stock));
        assert_eq!(open(long(1), String::new(), MOST + 1), Err(BadOffer::Stock));
        assert_eq!(open(long(60), "\u{1}".repeat(200), 1), Err(BadOffer::Card));
        assert_eq!(open(long(60), long(200), MOST), Ok(()));
    }
}

//! Words over several messages: what an author's last few short messages make with the newest.

use liveroom::{Content, Element, Timestamp, TrailLimits, UserId};

use super::{Model, speaking::Gravity};

/// One short message, by its letters.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) author: UserId,
    pub(crate) at: Timestamp,
    letters: String,
}

/// The letters of all texts on end. Chosen: what is no letter, and stands for none, makes no message longer,
/// an emoji neither.
fn letters(content: &Content) -> String {
    let texts = content.elements.iter().filter_map(|element| match element {
        Element::Text(text) => Some(text.as_str()),
        _ => None,
    });
    texts.flat_map(str::chars).filter(|c| c.is_alphanumeric()).collect()
}

impl Model {
    /// The gravest word that some of the author's last pieces make with this message, and its term.
    pub(super) fn completed(&self, author: &UserId, content: &Content) -> Option<(Gravity, u32)> {
        let (limits, filter) = (self.settings.filtering.trails?, self.settings.filter?);
        let newest = letters(content);
        if newest.is_empty() || newest.chars().count() > usize::from(limits.letters) {
            return None;
        }
        let (_, words) = self.filters.iter().find(|(id, _)| *id == filter)?;
        let mut pieces: Vec<&Piece> = self.pieces_of(author, &limits);
        let mut met: Option<(Gravity, u32)> = None;
        while !pieces.is_empty() {
            let whole: String = pieces.iter().map(|piece| piece.letters.as_str()).collect();
            let whole = whole + &newest;
            let word = words.words.iter().position(|(word, _)| *word == whole);
            if let Some(term) = word
                && met.is_none_or(|(gravity, _)| words.words[term].1 > gravity)
            {
                met = Some((words.words[term].1, term as u32));
            }
            pieces.remove(0);
        }
        met
    }

    fn pieces_of(&self, author: &UserId, limits: &TrailLimits) -> Vec<&Piece> {
        let begin = self.now.before(limits.within);
        self.pieces.iter().filter(|piece| piece.author == *author && piece.at >= begin).collect()
    }

    /// Remembers what everybody reads of a message.
    pub(super) fn leave_trail(&mut self, author: &UserId, content: &Content) {
        let (Some(limits), Some(_)) = (self.settings.filtering.trails, self.settings.filter) else {
            return;
        };
        let letters = letters(content);
        if letters.is_empty() {
            return;
        }
        // A trail lives as long as its newest piece.
        let begin = self.now.before(limits.within);
        let newest = |pieces: &[Piece], user: &UserId| {
            pieces.iter().filter(|one| one.author == *user).map(|one| one.at).max()
        };
        let all = self.pieces.clone();
        self.pieces.retain(|one| newest(&all, &one.author) >= Some(begin));
        if letters.chars().count() > usize::from(limits.letters) {
            self.pieces.retain(|one| one.author != *author);
            return;
        }
        self.pieces.retain(|one| one.author != *author || one.at >= begin);
        if self.pieces_of(author, &limits).len() >= usize::from(limits.pieces) {
            let oldest = self.pieces.iter().position(|one| one.author == *author);
            self.pieces.remove(oldest.expect("there is at least one"));
        }
        // Whoever was touched first makes room: at one instant, by the order of the users.
        loop {
            let mut others: Vec<(Timestamp, UserId)> = vec![];
            for one in self.pieces.iter().filter(|one| one.author != *author) {
                let touched = newest(&self.pieces, &one.author).expect("it has this one");
                others.push((touched, one.author.clone()));
            }
            others.sort();
            others.dedup();
            if others.len() < limits.authors as usize {
                break;
            }
            self.pieces.retain(|one| one.author != others[0].1);
        }
        self.pieces.push(Piece { author: author.clone(), at: self.now, letters });
    }
}

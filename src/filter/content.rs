//! What a filter says of a message: of each of its texts, and of all of them as they are read.
//!
//! A word may be parted over several text elements. Next to each other they are shown as one text; a face or another
//! element between two of them parts their letters as a hyphen does, so that it depends on the reach of
//! [`Evasion::Separators`](super::Evasion::Separators) whether the word is met. Each text is judged by itself as well:
//! what is a whole word there may be the beginning of another in all of them. Other words of a message (a custom
//! element's data, a place's name) are not shown in line with its texts, and are judged by themselves alone.
//!
//! A message of one text is scanned once, and one of several twice.

use super::{Filter, Hit, Verdict};
use crate::message::Content;

/// What stands for an element between two texts: a mark inside words, and no letter in any reading.
const BETWEEN: &str = "·";

/// What is said of a content.
pub(crate) struct Judged<'c> {
    /// Of those words of its elements in which something is met: which of them, and what.
    alone: Vec<(usize, &'c str, Verdict)>,
    /// Of its texts as they are read, if there are several and something is met in them.
    together: Option<(String, Verdict)>,
}

impl Judged<'_> {
    /// The first of the gravest hits, and the text in which it is.
    pub(crate) fn gravest(&self) -> Option<(&str, &Hit)> {
        let alone = self.alone.iter().map(|(_, text, verdict)| (*text, verdict));
        let together = self.together.iter().map(|(text, verdict)| (&**text, verdict));
        let gravest = alone.chain(together).filter_map(|(text, it)| Some((text, it.gravest()?)));
        gravest.reduce(
            |worst, other| if other.1.treatment > worst.1.treatment { other } else { worst },
        )
    }
}

impl Filter {
    /// Judges the words of all elements of a content, or its texts alone.
    pub(crate) fn judge_content<'c>(&self, content: &'c Content, all: bool) -> Judged<'c> {
        let words = content.elements.iter().flat_map(|element| element.words(all));
        // Nothing is kept of what is clean, as most is.
        let mut alone = Vec::new();
        for (number, text) in words.enumerate() {
            let verdict = self.judge(text);
            if !verdict.is_clean() {
                alone.push((number, text.as_str(), verdict));
            }
        }
        let together = together(content).and_then(|text| {
            let verdict = self.judge(&text);
            (!verdict.is_clean()).then_some((text, verdict))
        });
        Judged { alone, together }
    }

    /// The content with every hit of treatment mask covered, where it is met alone and where together.
    pub(crate) fn mask_content(
        &self,
        content: &Content,
        all: bool,
        judged: &Judged<'_>,
    ) -> Content {
        let mut masked = content.clone();
        let together = judged.together.as_ref();
        let together = together.map(|(text, verdict)| self.cover(text, verdict));
        let (mut alone, mut number, mut at) = (judged.alone.iter().peekable(), 0, 0);
        for element in &mut masked.elements {
            let is_text = element.text().is_some();
            let start = at;
            at += element.text().unwrap_or(BETWEEN).len();
            for text in element.words_mut(all) {
                let met = alone.next_if(|(which, ..)| *which == number);
                number += 1;
                let mut cover = met.map(|(.., it)| self.cover(text, it)).unwrap_or_default();
                if let Some(together) = together.as_ref().filter(|_| is_text) {
                    cover = cover.with(together.inside(start..at));
                }
                *text = cover.mask(text);
            }
        }
        masked
    }
}

/// The texts of a content as they are read, if there is more than one.
fn together(content: &Content) -> Option<String> {
    // Most messages have one element, and this costs them nothing.
    if content.elements.len() < 2 || content.texts().nth(1).is_none() {
        return None;
    }
    let mut text = String::new();
    for element in &content.elements {
        text.push_str(element.text().unwrap_or(BETWEEN));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        filter::{FilterSpec, Treatment},
        message::Element,
    };

    /// Texts, and a face for each `None`.
    fn content(parts: &[Option<&str>]) -> Content {
        let face = || Element::Face { index: 1, data: "face".into() };
        let elements =
            parts.iter().map(|part| part.map_or_else(face, |it| Element::Text(it.into())));
        Content { elements: elements.collect(), data: String::new() }
    }

    fn filter() -> Filter {
        let list = "[custom:1 mask]\nidiot\n!whole\nfree coins\n[custom:2 block]\nshit\n+shift";
        FilterSpec::parse(list).unwrap().compile().unwrap()
    }

    #[test]
    fn of_hits_as_grave_the_first_decides() {
        let (filter, content) = (filter(), content(&[Some("an idiot"), Some("free coins")]));
        let judged = filter.judge_content(&content, true);
        let (text, hit) = judged.gravest().unwrap();
        assert_eq!((text, hit.term), ("an idiot", 0));
    }

    /// The term that decides, and what is left of the texts.
    fn judged(parts: &[Option<&str>]) -> (Option<u32>, Vec<String>) {
        let (filter, content) = (filter(), content(parts));
        let judged = filter.judge_content(&content, false);
        let term = judged.gravest().map(|(text, hit)| {
            assert!(text.get(hit.span.clone()).is_some());
            hit.term
        });
        let masked = filter.mask_content(&content, false, &judged);
        (term, masked.texts().map(str::to_owned).collect())
    }

    #[test]
    fn a_word_in_parts_is_met_and_masked_in_each() {
        for (parts, term, left) in [
            (&[Some("an idi"), Some("ot!")][..], Some(0), &["an ***", "**!"][..]),
            (
                &[Some("i"), Some("d"), Some(""), Some("io"), Some("t")],
                Some(0),
                &["*", "*", "", "**", "*"],
            ),
            (&[Some("idiot idi"), Some("OT idiot")], Some(0), &["***** ***", "** *****"]),
            (&[Some("free"), Some("coins")], Some(2), &["****", "*****"]),
            (&[Some("i.d"), Some(".i.o.t")], Some(0), &["***", "******"]),
            (&[Some("sh"), Some("it idiot")], Some(3), &["sh", "it *****"]),
            // What is a whole word by itself is one, whatever stands next to it.
            (&[Some("whole"), Some("some")], Some(1), &["*****", "some"]),
            (&[Some("who"), Some("lesome")], None, &["who", "lesome"]),
            (&[Some("who"), Some("le")], Some(1), &["***", "**"]),
            (&[Some("shi"), Some("ft")], None, &["shi", "ft"]),
            (&[Some("hello"), Some("there")], None, &["hello", "there"]),
        ] {
            let left: Vec<String> = left.iter().map(ToString::to_string).collect();
            assert_eq!(judged(parts), (term, left), "{parts:?}");
        }
    }

    #[test]
    fn what_stands_between_parts_letters_as_a_hyphen_does() {
        assert_eq!(
            judged(&[Some("idi"), None, Some("ot")]),
            (Some(0), vec!["***".into(), "**".into()])
        );
        assert_eq!(
            judged(&[Some("s"), None, Some("h"), None, Some("i"), None, Some("t")]).0,
            Some(3)
        );
        // Innocent words are not joined, and two in a row are more than a hyphen.
        assert_eq!(judged(&[Some("his"), None, Some("hit")]).0, None);
        assert_eq!(judged(&[Some("idi"), None, None, Some("ot")]).0, None);
        assert_eq!(judged(&[None, Some("idiot"), None]).0, Some(0));
        let strict = FilterSpec::parse("idiot\n~separators off").unwrap().compile().unwrap();
        let content = content(&[Some("idi"), None, Some("ot")]);
        assert!(strict.judge_content(&content, false).gravest().is_none());
    }

    #[test]
    fn one_text_is_scanned_once() {
        let (filter, face) = (filter(), None);
        for parts in [&[Some("idiot")][..], &[face, Some("idiot"), face], &[face], &[]] {
            assert!(filter.judge_content(&content(parts), true).together.is_none());
        }
    }

    #[test]
    fn a_mask_covers_the_words_of_other_elements_beside_texts() {
        let mut content = content(&[Some("idi"), None, Some("ot")]);
        content.elements[1] = Element::Location {
            description: "Idiot street".into(),
            latitude_e7: 1,
            longitude_e7: 2,
        };
        let (filter, all) = (filter(), true);
        let judged = filter.judge_content(&content, all);
        assert_eq!(judged.gravest().map(|(_, hit)| hit.treatment), Some(Treatment::Mask));
        let masked = filter.mask_content(&content, all, &judged);
        let Element::Location { description, .. } = &masked.elements[1] else { panic!() };
        assert_eq!(description, "***** street");
        assert_eq!(masked.texts().collect::<Vec<_>>(), ["***", "**"]);
    }

    #[test]
    fn a_flood_of_hits_over_texts_is_masked_wholly() {
        let parts: Vec<_> = (0..400).map(|at| Some(["idio", "t"][at % 2])).collect();
        let (term, left) = judged(&parts);
        assert_eq!(term, Some(0));
        assert!(left.iter().all(|text| text.bytes().all(|byte| byte == b'*')), "{left:?}");
    }
}

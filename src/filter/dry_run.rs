//! What a filter would have met in what was said already.

#![expect(clippy::string_slice, reason = "spans of a text begin and end with its characters")]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Category, Filter, Hit, Treatment};
use crate::{config::Filtering, id::MessageId, message::Content};

/// Bytes of a word as it was written that are shown.
const WORDS: usize = 64;

/// What a filter would have met. From [`Filter::dry_run`] and
/// [`Group::dry_run_filter`](crate::Group::dry_run_filter).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DryRun {
    /// Messages that were judged.
    pub judged: u64,
    /// In how many of them something was met, by the gravest treatment.
    pub met: BTreeMap<Treatment, u64>,
    /// The first of them, at most [`DryRun::SHOWN`], in the order in which they were given.
    pub shown: Vec<Met>,
}

/// What would have been done about one message.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Met {
    /// Which.
    pub message: MessageId,
    /// The gravest treatment of all hits: what decides about the message.
    pub treatment: Treatment,
    /// The number of the term that decides, counted from 0 in the spec.
    pub term: u32,
    /// What that term is about.
    pub category: Category,
    /// The place where it was met, as it was written, with a `·` for what stands between two texts; at most 64
    /// bytes.
    pub words: String,
}

impl DryRun {
    /// The most messages that are shown one by one.
    pub const SHOWN: usize = 100;

    /// Messages in which something was met.
    pub fn hit(&self) -> u64 {
        self.met.values().sum()
    }
}

impl Filter {
    /// What the filter would have met in messages that were said already, before it is put in force. They are
    /// judged as in a group of these settings, each by itself: what `filtering` says of elements counts, and the
    /// gravest hit decides; words over several messages are not looked for.
    ///
    /// ```
    /// use liveroom::{Content, Filtering, MessageId, filter::{FilterSpec, Treatment}};
    ///
    /// let filter = FilterSpec::parse("[abuse mask]\nidiot\n[advertising block]\nfree coins")?.compile()?;
    /// let said = ["hello", "you I.D.I.O.T", "free c0ins, idiot"].map(Content::text);
    /// let run = filter.dry_run(&Filtering::default(), (1..).map(MessageId).zip(&said));
    /// assert_eq!((run.judged, run.hit()), (3, 2));
    /// assert_eq!(run.met[&Treatment::Block], 1);
    /// assert_eq!(run.shown[0].words, "I.D.I.O.T");
    /// # Ok::<(), liveroom::filter::FilterError>(())
    /// ```
    pub fn dry_run<'a>(
        &self,
        filtering: &Filtering,
        said: impl IntoIterator<Item = (MessageId, &'a Content)>,
    ) -> DryRun {
        let mut run = DryRun::default();
        for (message, content) in said {
            run.judged += 1;
            let judged = self.judge_content(content, filtering.all_elements);
            let Some((text, hit)) = judged.gravest() else { continue };
            let Hit { ref span, term, category, treatment, .. } = *hit;
            *run.met.entry(treatment).or_default() += 1;
            if run.shown.len() < DryRun::SHOWN {
                let end = text.floor_char_boundary(span.end.min(span.start + WORDS));
                let words = text[span.start..end].to_owned();
                run.shown.push(Met { message, treatment, term, category, words });
            }
        }
        run
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{filter::FilterSpec, message::Element};

    fn filter() -> Filter {
        let list = "[custom:1 tag]\ntagme\n[custom:2 mask]\nmaskme\n[custom:3 hold]\nholdme\n\
                    [custom:4 block]\nblockme";
        FilterSpec::parse(list).unwrap().compile().unwrap()
    }

    #[test]
    fn each_message_counts_once_by_what_decides_about_it() {
        let said =
            ["tagme", "maskme maskme", "holdme, tagme", "blockme", "clean"].map(Content::text);
        let run = filter().dry_run(&Filtering::default(), (1..).map(MessageId).zip(&said));
        assert_eq!((run.judged, run.hit()), (5, 4));
        assert!(run.met.values().all(|count| *count == 1));
        let told: Vec<_> = run.shown.iter().map(|met| (met.message.0, met.term)).collect();
        assert_eq!(told, [(1, 0), (2, 1), (3, 2), (4, 3)]);
    }

    #[test]
    fn of_several_texts_the_gravest_decides() {
        let mut content = Content::text("see maskme");
        content.elements.push(Element::Text("b-l-o-c-k-m-e!".into()));
        let run = filter().dry_run(&Filtering::default(), [(MessageId(1), &content)]);
        assert_eq!(run.shown[0].treatment, Treatment::Block);
        assert_eq!(run.shown[0].words, "b-l-o-c-k-m-e");
    }

    #[test]
    fn what_a_group_would_read_is_read() {
        let element = |data: &str| Element::Face { index: 1, data: data.into() };
        let parts = ["block", "me"].map(|part| Element::Text(part.into()));
        let [first, last] = parts.clone();
        let faced = [first, element("tagme"), last].into_iter().collect();
        let said = [parts.into_iter().collect(), faced]
            .map(|elements| Content { elements, data: String::new() });
        let met = |all_elements, content: &Content| {
            let filtering = Filtering { all_elements, ..Filtering::default() };
            let run = filter().dry_run(&filtering, [(MessageId(1), content)]);
            run.shown.into_iter().map(|met| (met.term, met.words)).collect::<Vec<_>>()
        };
        assert_eq!(met(false, &said[0]), [(3, "blockme".into())]);
        assert_eq!(met(false, &said[1]), [(3, "block·me".into())]);
        let face =
            Content { elements: [element("tagme")].into_iter().collect(), ..Content::default() };
        assert_eq!(met(false, &face), []);
        assert_eq!(met(true, &face), [(0, "tagme".into())]);
    }

    #[test]
    fn so_many_are_shown_and_all_are_counted() {
        let said = Content::text("tagme");
        let many = (1..=150).map(|id| (MessageId(id), &said));
        let run = filter().dry_run(&Filtering::default(), many);
        assert_eq!((run.hit(), run.shown.len()), (150, DryRun::SHOWN));
        let stretched = Content::text(format!("t{}agme", "\u{200b}".repeat(40)));
        let run = filter().dry_run(&Filtering::default(), [(MessageId(1), &stretched)]);
        // The last letter that would be cut in two is left out.
        assert_eq!(run.shown[0].words.len(), 64);
    }
}

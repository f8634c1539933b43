//! Laws of the filter: it agrees with an obvious matcher, and meets a word in every disguise.

use std::ops::Range;

use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use super::{
    evasion::Followed,
    fold::{Unit, continues, fold, is_ideograph, joins_words},
    reading::{Guise, Read, Reading},
    *,
};
use crate::glyph::{is_bidi_control, is_invisible};

/// One unit of a text, as the obvious matcher keeps it.
#[derive(Clone, Debug)]
struct Item {
    unit: Unit,
    /// Its character: which, and the bytes it takes.
    char: usize,
    span: Range<usize>,
    capital: bool,
}

fn items(text: &str) -> Vec<Item> {
    let mut items = Vec::new();
    for (char, (at, c)) in text.char_indices().enumerate() {
        let (span, capital) = (at..at + c.len_utf8(), c.is_ascii_uppercase());
        fold(c, Followed::ALL, |unit| items.push(Item { unit, char, span: span.clone(), capital }));
    }
    items
}

/// The letters of a term, and where it has separators.
fn spelling(term: &str) -> (Vec<Unit>, Vec<bool>) {
    let (mut letters, mut gaps, mut gap) = (Vec::new(), Vec::new(), false);
    for item in items(term) {
        if matches!(item.unit, Unit::Letter(_) | Unit::Symbol(_)) {
            letters.push(item.unit);
            gaps.push(std::mem::take(&mut gap) && letters.len() > 1);
        } else {
            gap = true;
        }
    }
    (letters, gaps)
}

fn char_of(unit: Unit) -> char {
    match unit {
        Unit::Letter(c) | Unit::Symbol(c) => c,
        Unit::Joint | Unit::Space => ' ',
    }
}

/// A term found at one place by the obvious matcher: the items of its letters.
struct Found {
    at: Vec<usize>,
    guises: Vec<Guise>,
}

impl Found {
    fn of(&self, wanted: &[Guise]) -> usize {
        self.guises.iter().filter(|guise| wanted.contains(guise)).count()
    }
}

/// Looks for `letters` from the item `first` on, skipping what is a gap.
fn find_at(items: &[Item], first: usize, letters: &[Unit], reading: Reading) -> Option<Found> {
    let mut found = Found { at: Vec::new(), guises: Vec::new() };
    for (index, item) in items.iter().enumerate().skip(first) {
        let c = match reading.read(item.unit) {
            Read::Gap { .. } if found.at.is_empty() => return None,
            Read::Gap { .. } => continue,
            Read::Letter(c, guise) => {
                found.guises.push(guise);
                c
            }
        };
        if c != char_of(letters[found.at.len()]) {
            return None;
        }
        found.at.push(index);
        if found.at.len() == letters.len() {
            return Some(found);
        }
    }
    None
}

/// The policy, written out once more over whole lists of items.
fn counts(items: &[Item], found: &Found, term: &str, reading: Reading, alone: bool) -> bool {
    let (letters, joints) = spelling(term);
    let folded: Vec<char> = letters.iter().map(|&unit| char_of(unit)).collect();
    let literal = letters.iter().any(|unit| matches!(unit, Unit::Symbol(_)));
    if literal != (reading == Reading::Literal) {
        return false;
    }
    let after = items.get(found.at[found.at.len() - 1] + 1).map(|item| item.unit);
    let before = found.at[0].checked_sub(1).map(|at| items[at].unit);
    let apart = [before, after].iter().all(|unit| !matches!(unit, Some(Unit::Letter(_))));
    if matches!(after, Some(Unit::Letter(c)) if continues(folded[folded.len() - 1], c)) {
        return false;
    }
    let (mut as_listed, mut exactly, mut tight, mut spelled, mut parts) =
        (true, true, true, true, 1);
    for k in 1..letters.len() {
        let between = &items[found.at[k - 1] + 1..found.at[k]];
        let gap = !between.is_empty();
        let loose = between.len() > 1
            || between.iter().any(|item| reading.read(item.unit) == Read::Gap { loose: true });
        as_listed &= !gap || joints[k];
        exactly &= gap == joints[k];
        tight &= !loose || joints[k];
        if !continues(folded[k - 1], folded[k]) {
            spelled &= gap;
            parts += 1;
        }
    }
    let weight: usize = folded.iter().map(|&c| if is_ideograph(c) { 2 } else { 1 }).sum();
    let long = weight >= 3;
    let by_rule_1 = if long { as_listed } else { exactly && (alone || !joints.contains(&true)) };
    let by_rule_2 = long && tight && alone;
    let by_rule_3 = long && spelled && parts > 1 && apart;
    if reading == Reading::Disguised {
        let digits = found.of(&[Guise::Digit]);
        let plain = found.of(&[Guise::None]);
        let is_mostly_digits = plain == 0 || digits * 2 > letters.len();
        let is_beside_digits = match plain {
            0 => found.of(&[Guise::At]) == 0,
            1 if found.guises[letters.len() - 1] == Guise::None => true,
            1 if found.guises[0] == Guise::None => items[found.at[0]].capital,
            _ => false,
        };
        let is_number = is_mostly_digits && (is_beside_digits || !as_listed || !alone);
        return long && plain < letters.len() && !is_number && (by_rule_1 || by_rule_3);
    }
    by_rule_1 || by_rule_2 || by_rule_3
}

/// Searches every term at every place of the whole folded text.
fn slow_hits(spec: &FilterSpec, text: &str) -> Vec<Hit> {
    let items = items(text);
    let alone = |found: &Found, reading: Reading| {
        let joins = |edge: usize, other: Option<usize>| {
            let Read::Letter(c, _) = reading.read(items[edge].unit) else {
                return false;
            };
            let other = other.and_then(|at| items.get(at));
            joins_words(c)
                && other.is_some_and(|o| matches!(o.unit, Unit::Letter(d) if joins_words(d)))
        };
        let (first, last) = (found.at[0], found.at[found.at.len() - 1]);
        !joins(first, first.checked_sub(1)) && !joins(last, Some(last + 1))
    };
    let each = |term: &str| {
        let (letters, _) = spelling(term);
        let mut all = Vec::new();
        for reading in [Reading::Joined, Reading::Disguised, Reading::Literal] {
            for first in 0..items.len() {
                let Some(found) = find_at(&items, first, &letters, reading) else { continue };
                if counts(&items, &found, term, reading, alone(&found, reading)) {
                    all.push((reading, found));
                }
            }
        }
        all
    };
    let span =
        |found: &Found| items[found.at[0]].span.start..items[found.at[found.at.len() - 1]].span.end;
    let mut innocent = Vec::new();
    for word in spec.allowed() {
        let (_, joints) = spelling(word);
        for (reading, found) in each(word) {
            let plain =
                (1..found.at.len()).all(|k| found.at[k] == found.at[k - 1] + 1 || joints[k]);
            if plain && reading != Reading::Disguised {
                innocent.push(span(&found));
            }
        }
    }
    let mut hits = Vec::new();
    for (number, term) in (0..).zip(spec.terms()) {
        for (reading, found) in each(&term.text) {
            let (span, boundary) = (span(&found), alone(&found, reading));
            if (term.boundary && !boundary)
                || innocent.iter().any(|word| word.start <= span.start && span.end <= word.end)
            {
                continue;
            }
            let gives_a_letter = |char: usize| {
                let mut units = items.iter().filter(|item| item.char == char);
                units.any(|item| !matches!(reading.read(item.unit), Read::Gap { .. }))
            };
            let chars = items[found.at[0]].char..items[found.at[found.at.len() - 1]].char;
            hits.push(Hit {
                span,
                term: number,
                category: term.category,
                treatment: term.treatment.unwrap_or(spec.treatment(term.category)),
                skipped: u32::try_from(chars.filter(|&char| !gives_a_letter(char)).count())
                    .unwrap(),
                substituted: u32::try_from(found.of(&[Guise::Digit, Guise::Sign, Guise::At]))
                    .unwrap(),
                boundary,
                weight: 1,
                disguise: Disguise::default(),
            });
        }
    }
    hits.sort_by_key(Hit::place);
    hits
}

/// Few characters of many sorts, so that words are met, and met in odd company.
fn odd_text(most: usize) -> impl Strategy<Value = String> {
    const SORTS: &str = "aaaaAbbisst1453!@$..-* _+,ＡáßﬁK\u{200b}\u{301}\0毒品毒ハは\u{3099}パ\
                         가각\u{1100}\u{1161}\u{11a8}ㅅดี\u{e35}😀½…\u{202e}";
    let sorts: Vec<char> = SORTS.chars().collect();
    prop::collection::vec(prop::sample::select(sorts), 0..=most).prop_map(String::from_iter)
}

prop_compose! {
    /// A spec in which no two terms are met alike.
    fn odd_spec()(
        texts in prop::collection::vec((odd_text(4), 0..4_usize, any::<bool>()), 1..12),
        allowed in prop::collection::vec(odd_text(5), 0..3),
    ) -> FilterSpec {
        let mut spec = FilterSpec::new();
        // The obvious matcher does not squeeze.
        spec.set_reach(Evasion::Repeats, Reach::Off);
        let mut seen = Vec::new();
        for (text, treatment, boundary) in texts {
            if !seen.contains(&(spelling(&text), boundary)) {
                seen.push((spelling(&text), boundary));
                let treatment = Some(Treatment::ALL[treatment]);
                let _ = spec.add(Term { treatment, boundary, ..Term::new(text, Category::Abuse) });
            }
        }
        for word in allowed {
            let _ = spec.allow(word);
        }
        spec
    }
}

/// The mask, cluster by cluster.
fn slow_mask(text: &str, hits: &[Hit]) -> String {
    let masked: Vec<_> = hits.iter().filter(|hit| hit.treatment == Treatment::Mask).collect();
    let mut out = String::new();
    for (start, cluster) in text.grapheme_indices(true) {
        let end = start + cluster.len();
        let covered = masked.iter().any(|hit| hit.span.start < end && start < hit.span.end);
        match cluster.chars().next() {
            Some(c) if covered && !is_bidi_control(c) => {
                out.push_str(if cluster.chars().all(is_invisible) { "" } else { "*" });
            }
            _ => out.push_str(cluster),
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_filter_agrees_with_an_obvious_matcher(spec in odd_spec(), text in odd_text(16)) {
        let filter = spec.compile().unwrap();
        let (verdict, hits) = (filter.judge(&text), slow_hits(&spec, &text));
        prop_assert_eq!(verdict.treatment, hits.iter().map(|hit| hit.treatment).max());
        prop_assert_eq!(verdict.hits.len() + verdict.more as usize, hits.len());
        prop_assert_eq!(verdict.weight as usize, hits.len());
        if verdict.more == 0 {
            let mut plain = verdict.hits.clone();
            for hit in &mut plain {
                prop_assert_eq!(u32::from(hit.disguise.of(Evasion::Leet)), hit.substituted);
                hit.disguise = Disguise::default();
            }
            prop_assert_eq!(plain.as_slice(), &hits);
        }
        prop_assert_eq!(filter.mask(&text, &verdict), slow_mask(&text, &hits));
    }

    #[test]
    fn any_text_is_judged_and_its_spans_lie_in_it(spec in odd_spec(), text in any::<String>()) {
        let filter = spec.compile().unwrap();
        let verdict = filter.judge(&text);
        for hit in &verdict.hits {
            prop_assert!(text.get(hit.span.clone()).is_some_and(|word| !word.is_empty()));
        }
        prop_assert!(verdict.hits.is_sorted_by_key(Hit::place));
        prop_assert_eq!(filter.mask(&text, &verdict), slow_mask(&text, &slow_hits(&spec, &text)));
    }

    #[test]
    fn a_word_is_met_in_every_disguise_that_is_followed_and_in_no_other(
        word in "[a-z]{4,8}",
        before in "([a-z]{1,5}[ ,])?",
        after in "([ .][a-z]{1,5})?",
        separator in "[-. _*,|]{1,3}",
        class in prop::sample::select(&Evasion::ALL[..]),
        place in 0..4_usize,
    ) {
        let disguised = disguised(&word, class, &separator, place);
        // Three on end are a word of their own, and are not squeezed.
        let tripled = word.as_bytes().windows(3).any(|run| run[0] == run[1] && run[1] == run[2]);
        prop_assume!(disguised != word && !(class == Evasion::Repeats && tripled));
        // Around it nothing is read with it: `xaaaay` goes on where it is repeated.
        let text = format!("{before}{disguised}{after}");
        let span = before.len()..before.len() + disguised.len();
        let mut spec = FilterSpec::new();
        spec.add(Term::new(&word, Category::Abuse)).unwrap();
        let hits = spec.compile().unwrap().judge(&text).hits;
        let worn = |hit: &&Hit| hit.span == span && hit.disguise.of(class) > 0;
        let Some(hit) = hits.iter().find(worn) else {
            return Err(TestCaseError::fail(format!("{class}: {hits:?} in {text:?}")));
        };
        spec.set_reach(class, Reach::Letters(u8::try_from(word.len()).unwrap() + 1));
        prop_assert!(!spec.compile().unwrap().judge(&text).hits.iter().any(|h| h.span == span));
        spec.set_reach(class, Reach::WholeWords);
        let whole = spec.compile().unwrap().judge(&text).hits.iter().any(|h| h.span == span);
        prop_assert_eq!(whole, hit.boundary);
        spec.set_reach(class, Reach::Off);
        prop_assert!(!spec.compile().unwrap().judge(&text).hits.iter().any(|h| h.span == span));
    }
}

/// A word as it is hidden by one class; where that has no way to write it, the word itself.
fn disguised(word: &str, class: Evasion, separator: &str, place: usize) -> String {
    let shifted = |first: u32| -> String {
        let shift = |c: char| char::from_u32(u32::from(c) - u32::from('a') + first);
        word.chars().filter_map(shift).collect()
    };
    let letters: Vec<String> = word.chars().map(String::from).collect();
    let instead = |from: &str, to: &str| {
        let to: Vec<char> = to.chars().collect();
        let known = word.chars().find_map(|c| Some((c, to[from.find(c)?])));
        known.map_or(word.to_owned(), |(c, other)| word.replacen(c, &other.to_string(), 1))
    };
    match class {
        Evasion::Case => word.to_uppercase(),
        Evasion::Width => shifted(0xff41),
        Evasion::Compatibility => shifted(0x1_d4ea), // Mathematical bold script.
        Evasion::Enclosed => shifted(if place.is_multiple_of(2) { 0x24d0 } else { 0x1_f1e6 }),
        Evasion::Accents => letters.join("\u{301}\u{334}"),
        Evasion::Invisible => letters.join("\u{200b}"),
        Evasion::Bidi => letters.join("\u{202e}\u{202c}"),
        Evasion::Floods => letters.join(&"\u{301}".repeat(5)),
        Evasion::Separators => letters.join(separator),
        Evasion::Repeats => {
            let mut letters = letters;
            letters[place] = letters[place].repeat(4);
            letters.concat()
        }
        Evasion::Leet => instead("oieast", "0!3@$7"),
        Evasion::LookAlikes => instead("aceopsxyijhb", "асеорѕхуіјһь"),
        Evasion::Turned => instead("aefhkmrtvwy", "ɐǝɟɥʞɯɹʇʌʍʎ"),
        Evasion::Chinese => word.to_owned(), // It has its own tables.
    }
}

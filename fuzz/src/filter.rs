//! Word lists against texts.
//!
//! The obvious matcher is the filter itself with one term at a time: then no term can hide another.
//! What is written out plainly in a plain text is looked for without the filter.

use std::collections::BTreeSet;

use liveroom::filter::{Evasion, Filter, FilterSpec, Hit, Reach, Term, Treatment, Verdict};
use unicode_segmentation::UnicodeSegmentation;

/// Each is compiled alone: more add time, not states.
const TERMS: usize = 12;

/// The first line that is `--` ends the list; what follows is the text.
pub fn filter(data: &[u8]) {
    let Ok(input) = std::str::from_utf8(data) else { return };
    let (list, text) = input.split_once("\n--\n").unwrap_or((input, input));
    let Ok(spec) = FilterSpec::parse(list) else { return };
    if spec.terms().len() + spec.allowed().len() > TERMS {
        return;
    }
    // Where accents are letters, a term may have too many.
    let Ok(filter) = spec.compile() else { return };
    written_and_read(&spec, &filter);
    let verdict = filter.judge(text);
    well_formed(&spec, text, &verdict);
    agrees_with_each_term_alone(&spec, text, &verdict);
    finds_what_is_written_out(&spec, text, &verdict);
    finds_what_is_disguised(&spec, &filter);
    masks_no_more_than_it_says(text, &verdict, &filter.mask(text, &verdict));
}

fn written_and_read(spec: &FilterSpec, filter: &Filter) {
    let written = serde_json::to_string(spec).expect("a spec can be written");
    let read: FilterSpec = serde_json::from_str(&written).expect("what was written can be read");
    assert_eq!(&read, spec);
    assert_eq!(read.compile().map(|again| again.id()), Ok(filter.id()));
}

fn well_formed(spec: &FilterSpec, text: &str, verdict: &Verdict) {
    for hit in &verdict.hits {
        let word = text.get(hit.span.clone()).expect("spans lie on character boundaries");
        assert!(!word.is_empty());
        let term = &spec.terms()[hit.term as usize];
        assert_eq!((hit.category, hit.treatment), (term.category, treatment(spec, term)));
        assert!(hit.boundary || !term.boundary, "{word:?} is no whole word");
        assert!(!hit.boundary || !is_touched(text, hit), "letters touch {word:?}");
    }
    let place = |hit: &Hit| (hit.span.start, hit.span.end, hit.term);
    assert!(verdict.hits.is_sorted_by_key(place), "hits come in order");
    assert!(verdict.more == 0 || verdict.hits.len() == Verdict::MAX_HITS);
    let gravest = verdict.hits.iter().map(|hit| hit.treatment).max();
    assert_eq!(verdict.treatment, gravest, "the gravest treatment wins, and its hit is kept");
    assert_eq!(verdict.gravest().map(|hit| hit.treatment), gravest);
}

/// Whether a plain letter follows, or comes before, one of the word's own.
fn is_touched(text: &str, hit: &Hit) -> bool {
    let bytes = text.as_bytes();
    let letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
    let (start, end) = (hit.span.start, hit.span.end);
    letter(end - 1) && letter(end) || start > 0 && letter(start - 1) && letter(start)
}

fn treatment(spec: &FilterSpec, term: &Term) -> Treatment {
    term.treatment.unwrap_or(spec.treatment(term.category))
}

/// Terms neither hide nor help each other; only innocent words hide.
fn agrees_with_each_term_alone(spec: &FilterSpec, text: &str, verdict: &Verdict) {
    let (mut gravest, mut places, mut all_kept) = (None, BTreeSet::new(), verdict.more == 0);
    for term in spec.terms() {
        let mut alone = FilterSpec::new();
        let term = Term { treatment: Some(treatment(spec, term)), ..term.clone() };
        alone.add(term).expect("it was in a spec");
        Evasion::ALL.into_iter().for_each(|class| alone.set_reach(class, spec.reach(class)));
        for word in spec.allowed() {
            alone.allow(word).expect("it was in a spec");
        }
        let verdict = alone.compile().expect("one term fits").judge(text);
        gravest = gravest.max(verdict.treatment);
        all_kept &= verdict.more == 0;
        places.extend(verdict.hits.iter().map(place));
    }
    assert_eq!(verdict.treatment, gravest, "a term hides another");
    if all_kept {
        let together: BTreeSet<_> = verdict.hits.iter().map(place).collect();
        assert_eq!(together, places, "terms are met otherwise together than alone");
    }
}

fn place(hit: &Hit) -> (usize, usize) {
    (hit.span.start, hit.span.end)
}

/// A word of plain letters, in a plain text: nothing but case can be meant by it.
fn finds_what_is_written_out(spec: &FilterSpec, text: &str, verdict: &Verdict) {
    let folds_case = spec.reach(Evasion::Case) == Reach::On;
    if !text.is_ascii() || verdict.more > 0 || !spec.allowed().is_empty() || !folds_case {
        return;
    }
    let text = text.to_ascii_lowercase();
    for term in spec.terms().iter().filter(|term| !term.boundary) {
        if !term.text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            continue;
        }
        let word = term.text.to_ascii_lowercase();
        for start in (0..text.len()).filter(|start| text[*start..].starts_with(&word)) {
            let at = (start, start + word.len());
            let found = verdict
                .hits
                .iter()
                .any(|hit| place(hit) == at && hit.treatment >= treatment(spec, term));
            assert!(found, "{word:?} is written out at {at:?}");
        }
    }
}

/// A plain word in the plainest disguises, each of them followed, by itself.
fn finds_what_is_disguised(spec: &FilterSpec, filter: &Filter) {
    let wide = |c: char| char::from_u32(u32::from(c) - 0x20 + 0xff00).expect("it has a wide form");
    for term in spec.terms().iter().filter(|_| spec.allowed().is_empty()) {
        let word = term.text.as_str();
        let doubled = word.as_bytes().windows(2).any(|pair| pair[0] == pair[1]);
        if word.len() < 4 || doubled || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
            continue;
        }
        let disguises = [
            (Evasion::Case, word.to_ascii_uppercase()),
            (Evasion::Width, word.chars().map(wide).collect()),
            (Evasion::Invisible, word.chars().flat_map(|c| [c, '\u{200b}']).collect()),
            (Evasion::Repeats, word.chars().flat_map(|c| [c; 3]).collect()),
        ];
        for (class, text) in disguises {
            let met = filter.judge(&text).treatment >= Some(treatment(spec, term));
            assert!(met || spec.reach(class) != Reach::On, "{text:?} is read {word:?}");
        }
    }
}

/// Outside the hits every character as a reader counts them stays; inside there are stars.
fn masks_no_more_than_it_says(text: &str, verdict: &Verdict, masked: &str) {
    if verdict.more > 0 {
        return;
    }
    let spans: Vec<_> = verdict
        .hits
        .iter()
        .filter(|hit| hit.treatment == Treatment::Mask)
        .map(|hit| hit.span.clone())
        .collect();
    let is_outside = |(start, cluster): &(usize, &str)| {
        !spans.iter().any(|span| span.start < start + cluster.len() && *start < span.end)
    };
    let mut rest = masked;
    for (start, cluster) in text.grapheme_indices(true).filter(is_outside) {
        let at = rest.find(cluster);
        let at = at.unwrap_or_else(|| panic!("{cluster:?} at {start} is outside, and is gone"));
        rest = &rest[at + cluster.len()..];
    }
    if spans.is_empty() {
        assert_eq!(masked, text);
    }
    if text.is_ascii() {
        let covered = |at: &usize| spans.iter().any(|span| span.contains(at));
        let inside = text.char_indices().filter(|(at, _)| covered(at));
        let visible = inside.filter(|(_, c)| !c.is_ascii_control()).count();
        let added = count_stars(masked)
            - text.char_indices().filter(|(at, c)| *c == '*' && !covered(at)).count();
        assert!(added >= visible, "fewer stars than visible characters");
    }
}

fn count_stars(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'*').count()
}

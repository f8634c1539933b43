//! C2: what the filter meets and what it wrongly meets, beside others.
//!
//! Recall: eight words that every peer's own list has, disguised in every class of evasion, in clean
//! sentences; where people do more or less of it, in each way. False positives: innocent words that contain
//! listed ones, numbers that would be words if digits were letters, and clean Chinese texts with
//! separators in them, in which words would be found by joining what is apart. Beside them, Chinese texts in
//! which a listed word may stand in its other writing, simplified or traditional: those are meant.

use aho_corasick::AhoCorasick;
use censor::Censor;
use liveroom::filter::{Evasion, Filter, FilterSpec, Reach};
use rustrict::CensorStr;
use unicode_normalization::UnicodeNormalization;

use crate::{
    dice::Dice,
    race::{Aimed, Amount, Report},
    words::{characters, words_of},
};

const WORDS: [&str; 8] = ["shit", "fuck", "bitch", "cunt", "asshole", "whore", "faggot", "nigger"];

/// Innocent words around listed ones, and sentences whose neighbours would join to one.
const INNOCENT: &str = include_str!("innocent.txt");

/// Words that may be written in digits and signs alone, with some that may not.
const WHOLLY: [&str; 3] = ["ass", "tits", "boob"];
const NUMERIC: [&str; 6] = ["ass", "tits", "boob", "shit", "idiot", "slut"];

/// Numbers as people write them.
const NUMBERS: &str = include_str!("numbers.txt");

/// Texts of the Chinese corpus.
const TEXTS: usize = 10_000;

/// Somebody who says whether a text is objectionable.
struct Judge<'j>(&'static str, Box<dyn Fn(&str) -> bool + 'j>);

pub(crate) fn evaluation(report: &mut Report) {
    if report.wants("C2", "recall") {
        recall(report);
    }
    if report.wants("C2", "innocent") {
        innocent(report);
    }
    if report.wants("C2", "numbers") {
        numbers(report);
    }
    if report.wants("C2", "chinese") {
        chinese(report);
    }
    for count in [100, 10_000, 65_000, 100_000] {
        if report.wants("C2", "joined") {
            joined(report, count);
        }
    }
}

fn english(words: &[&str], mark: &str) -> Filter {
    let list: String = words.iter().map(|word| format!("{mark}{word}\n")).collect();
    FilterSpec::parse(&list).and_then(|spec| spec.compile()).expect("a good list")
}

fn judges<'j>(filter: &'j Filter, words: &'j [String]) -> [Judge<'j>; 5] {
    let raw = AhoCorasick::new(words).expect("so many words fit");
    let folded = raw.clone();
    let censor = Censor::Standard;
    [
        Judge("ours", Box::new(|text| !filter.judge(text).is_clean())),
        Judge("aho-corasick", Box::new(move |text| raw.is_match(text))),
        Judge("nfkc", Box::new(move |text| folded.is_match(&normalised(text)))),
        Judge("rustrict", Box::new(|text| text.is_inappropriate())),
        Judge("censor", Box::new(move |text| censor.check(text))),
    ]
}

fn normalised(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

fn recall(report: &mut Report) {
    let (filter, words) = (english(&WORDS, ""), WORDS.map(String::from));
    let judges = judges(&filter, &words);
    let mut all = vec![(0, 0); judges.len()];
    for class in Evasion::ALL.into_iter().filter(|class| *class != Evasion::Chinese) {
        let mut dice = Dice::new(class as u64 + 1);
        let texts = hidden(&WORDS, |word| disguised(word, class, &mut dice));
        let met = met(report, class.name(), &judges, &texts);
        all.iter_mut().zip(met).for_each(|(sum, met)| *sum = (sum.0 + met, sum.1 + texts.len()));
    }
    for (Judge(name, _), (met, of)) in judges.iter().zip(all) {
        let aimed = (*name == "ours").then_some(Aimed::AtLeast(99_00));
        note(report, format!("recall/all/by={name}"), met, of, aimed);
    }
    let mut dice = Dice::new(100);
    let texts = hidden(&WORDS, |word| coded(word, 1, &mut dice));
    met(report, "leet-wherever-there-is-a-digit", &judges, &texts);
    let texts = hidden(&WORDS, turned);
    met(report, "turned-all-letters", &judges, &texts);
    let texts = hidden(&WORDS, |word| turned(word).chars().rev().collect());
    met(report, "turned-all-letters-and-reversed", &judges, &texts);
    wholly(report, &mut dice);
}

/// Words of which no letter is left: signs among the digits are met, digits alone are numbers.
fn wholly(report: &mut Report, dice: &mut Dice) {
    let (filter, words) = (english(&WHOLLY, ""), WHOLLY.map(String::from));
    let judges = judges(&filter, &words);
    let texts = hidden(&WHOLLY, |word| coded(word, 1, dice));
    let (at, other): (Vec<_>, Vec<_>) = texts.into_iter().partition(|text| text.contains('@'));
    met(report, "leet-wholly-with-at", &judges, &at);
    met(report, "leet-wholly", &judges, &other);
}

/// Each word forty times in a clean sentence, as far as there is a way to hide it.
fn hidden(words: &[&str], mut hide: impl FnMut(&str) -> String) -> Vec<String> {
    let words = words.iter().flat_map(|word| std::iter::repeat_n(*word, 40));
    let hidden = words.map(|word| (word, hide(word))).filter(|(word, hidden)| hidden != word);
    hidden.map(|(_, hidden)| format!("that is {hidden} again")).collect()
}

/// How many of the texts each meets.
fn met(report: &mut Report, what: &str, judges: &[Judge<'_>], texts: &[String]) -> Vec<usize> {
    let met = judges.iter().map(|Judge(name, judge)| {
        let met = texts.iter().filter(|text| judge(text)).count();
        note(report, format!("recall/{what}/by={name}"), met, texts.len(), None);
        met
    });
    met.collect()
}

fn numbers(report: &mut Report) {
    let (filter, words) = (english(&NUMERIC, ""), NUMERIC.map(String::from));
    let lines: Vec<&str> = NUMBERS.lines().collect();
    for Judge(name, judge) in judges(&filter, &words) {
        let met = lines.iter().filter(|text| judge(text)).count();
        note(report, format!("numbers/by={name}"), met, lines.len(), None);
    }
}

fn innocent(report: &mut Report) {
    let (filter, whole) = (english(&WORDS, ""), english(&WORDS, "!"));
    let words = WORDS.map(String::from);
    let lines: Vec<&str> = INNOCENT.lines().collect();
    let mut judges: Vec<Judge<'_>> = judges(&filter, &words).into();
    judges.push(Judge("ours-whole-words", Box::new(|text| !whole.judge(text).is_clean())));
    for Judge(name, judge) in judges {
        let met = lines.iter().filter(|text| judge(text)).count();
        note(report, format!("innocent/by={name}"), met, lines.len(), None);
    }
}

/// Chinese words with something between all of their characters, by themselves and inside a sentence.
fn chinese(report: &mut Report) {
    let words = words_of(&of_one_writing(), 10_000);
    let filter = FilterSpec::parse(&words.join("\n")).and_then(|spec| spec.compile());
    let filter = filter.expect("so many words fit");
    for (name, between) in [
        ("tight", &[".", "-", "*", "_", "·"][..]),
        ("loose", &[" ", "，", "🙂", "...", "|"]),
        ("letters-or-digits", &["1", "v"]),
    ] {
        for (place, before, after) in [("alone", "，", "！"), ("inside", "你是", "吗")] {
            let hide = |(word, between): (&String, &&str)| {
                let letters: Vec<String> = word.chars().map(String::from).collect();
                format!("{before}{}{after}", letters.join(between))
            };
            let texts = words.iter().step_by(10).zip(between.iter().cycle()).map(hide);
            let texts: Vec<String> = texts.collect();
            let met = texts.iter().filter(|text| !filter.judge(text).is_clean()).count();
            note(report, format!("chinese/{name}/{place}/by=ours"), met, texts.len(), None);
        }
    }
}

/// A text without the single letters and digits between its ideographs.
fn without_strays(text: &str) -> String {
    let all: Vec<char> = text.chars().collect();
    let is_stray = |at: usize| {
        let beside = [at.checked_sub(1), Some(at + 1)].map(|at| at.and_then(|at| all.get(at)));
        all[at].is_ascii_alphanumeric()
            && beside.iter().all(|c| c.is_some_and(|c| !c.is_ascii() && c.is_alphabetic()))
    };
    (0..all.len()).filter(|at| !is_stray(*at)).map(|at| all[at]).collect()
}

/// Chinese texts in which words are only where something separates their letters, and such in which they
/// also stand in the other writing.
fn joined(report: &mut Report, count: usize) {
    let (all, plain) = (characters(), of_one_writing());
    let words = words_of(&plain, count);
    let mut spec = FilterSpec::parse(&words.join("\n")).expect("a good list");
    let filter = spec.compile().expect("so many words fit");
    spec.set_reach(Evasion::Separators, Reach::Letters(3));
    let strict = spec.compile().expect("so many words fit");
    let raw = AhoCorasick::new(&words).expect("so many words fit");
    let clean = texts_without(&raw, &plain);
    let wrongly = clean.iter().filter(|text| !filter.judge(text).is_clean()).count();
    let nfkc = clean.iter().filter(|text| raw.is_match(&normalised(text))).count();
    let strays =
        clean.iter().filter(|text| !filter.judge(&without_strays(text)).is_clean()).count();
    let strictly = clean.iter().filter(|text| !strict.judge(text).is_clean()).count();
    // The aim is set for one size.
    let aimed = (count == 10_000).then_some(Aimed::AtMost(10));
    note(report, format!("joined/words={count}/by=ours"), wrongly, TEXTS, aimed);
    note(report, format!("joined/words={count}/by=ours-separators-from-3"), strictly, TEXTS, None);
    let name = format!("joined/words={count}/by=ours-if-strays-were-nothing");
    note(report, name, strays, TEXTS, None);
    note(report, format!("joined/words={count}/by=nfkc"), nfkc, TEXTS, None);
    report.amount(&Amount {
        aim: "C2",
        name: format!("memory/words={count}"),
        unit: "MiB, beside aho-corasick's own",
        ours: (filter.heap_bytes() as u64 * 100) >> 20,
        peer: Some((raw.memory_usage() as u64 * 100) >> 20),
        aimed: None,
    });
    let words = words_of(&all, count);
    let mut spec = FilterSpec::parse(&words.join("\n")).expect("a good list");
    let texts = texts_without(&AhoCorasick::new(&words).expect("so many words fit"), &all);
    for (reach, name) in [(Reach::On, "ours"), (Reach::Off, "ours-without-chinese")] {
        spec.set_reach(Evasion::Chinese, reach);
        let filter = spec.compile().expect("so many words fit");
        let met = texts.iter().filter(|text| !filter.judge(text).is_clean()).count();
        note(report, format!("both-writings/words={count}/by={name}"), met, TEXTS, None);
    }
}

/// Texts of 15 characters, with something between some of them, in which no word is written out.
fn texts_without(words: &AhoCorasick, characters: &[char]) -> Vec<String> {
    let mut dice = Dice::new(7);
    let texts = std::iter::repeat_with(|| {
        let mut text = String::new();
        for _ in 0..15 {
            text.push(characters[dice.below(characters.len())]);
            if dice.below(6) == 0 {
                text.push(['，', ' ', '。', '-', '1', '🙂'][dice.below(6)]);
            }
        }
        text
    });
    texts.filter(|text| !words.is_match(text)).take(TEXTS).collect()
}

/// The characters that are not the traditional or simplified form of another of them: a list that has one
/// means the other too, and a text with it is not wrongly met.
fn of_one_writing() -> Vec<char> {
    let all = characters();
    let list: String = all.iter().flat_map(|c| [*c, '\n']).collect();
    let filter = FilterSpec::parse(&list).and_then(|spec| spec.compile()).expect("a good list");
    // Terms that fold alike are one, the first.
    let term = |c: &char| filter.judge(&c.to_string()).hits[0].term as usize;
    let mut written = vec![0; all.len()];
    all.iter().for_each(|c| written[term(c)] += 1);
    all.iter().copied().filter(|c| written[term(c)] == 1).collect()
}

fn note(report: &mut Report, name: String, met: usize, of: usize, aimed: Option<Aimed>) {
    let ours = (met * 10_000 / of.max(1)) as u64;
    let unit = "% of the texts";
    report.amount(&Amount { aim: "C2", name, unit, ours, peer: None, aimed });
}

/// A word as one class hides it.
fn disguised(word: &str, class: Evasion, dice: &mut Dice) -> String {
    let letters: Vec<char> = word.chars().collect();
    let at = dice.below(letters.len() - 1);
    let shifted = |first: u32| letters.iter().map(|c| moved(*c, first)).collect::<String>();
    let between = |what: &str| letters.iter().map(char::to_string).collect::<Vec<_>>().join(what);
    let mut instead = |from: &str, to: &str| -> String {
        let to: Vec<char> = to.chars().collect();
        let known: Vec<usize> = (0..letters.len()).filter(|k| from.contains(letters[*k])).collect();
        if known.is_empty() {
            return word.to_owned();
        }
        let chosen = known[dice.below(known.len())];
        let other = |(k, c): (usize, &char)| match from.find(*c) {
            Some(at) if k == chosen || dice.below(2) == 0 => to[at],
            _ => *c,
        };
        letters.iter().enumerate().map(other).collect()
    };
    match class {
        Evasion::Case => word.to_uppercase(),
        Evasion::Width => shifted(0xff41),
        Evasion::Compatibility => shifted(0x1_d4ea),
        Evasion::Enclosed => shifted([0x24d0, 0x1_f130, 0x1_f1e6][dice.below(3)]),
        Evasion::Accents => between("\u{301}"),
        Evasion::Floods => between("\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}"),
        Evasion::Invisible => between(["\u{200b}", "\u{ad}", "\u{2060}"][dice.below(3)]),
        Evasion::Bidi => between("\u{202e}\u{202c}"),
        Evasion::Separators => between([" ", ".", "-", "*", "_"][dice.below(5)]),
        Evasion::Repeats => {
            let again = letters[at].to_string().repeat(2 + dice.below(4));
            word[..at].to_owned() + &again + &word[at..]
        }
        Evasion::Leet => coded(word, 2, dice),
        Evasion::LookAlikes => instead("aceopsxyihbu", "асеорѕхуіһьυ"),
        Evasion::Turned => instead("aefghkmrtvwy", "ɐǝɟƃɥʞɯɹʇʌʍʎ"),
        _ => word.to_owned(),
    }
}

/// A word with digits and signs for one in so many of its letters that have some, and for one at least.
fn coded(word: &str, one_in: usize, dice: &mut Dice) -> String {
    let ways = |c| match c {
        'a' => "4@",
        'b' => "8",
        'e' => "3",
        'g' => "69",
        'i' | 'l' => "1!|",
        'o' => "0",
        'p' | 'q' => "9",
        's' => "5$",
        't' => "7+",
        'z' => "2",
        _ => "",
    };
    let can: Vec<usize> =
        (0..word.len()).filter(|at| !ways(char_at(word, *at)).is_empty()).collect();
    let Some(chosen) = can.get(dice.below(can.len().max(1))) else { return word.to_owned() };
    let write = |(at, c): (usize, char)| match ways(c) {
        ways if at == *chosen || (!ways.is_empty() && dice.below(one_in) == 0) => {
            char_at(ways, dice.below(ways.len()))
        }
        _ => c,
    };
    word.chars().enumerate().map(write).collect()
}

/// A word with all of its letters upside down, as they stand.
fn turned(word: &str) -> String {
    let upside_down: Vec<char> = "ɐqɔpǝɟƃɥᴉɾʞlɯuodbɹsʇnʌʍxʎz".chars().collect();
    word.bytes().map(|letter| upside_down[usize::from(letter - b'a')]).collect()
}

fn char_at(ascii: &str, at: usize) -> char {
    char::from(ascii.as_bytes()[at])
}

fn moved(letter: char, first: u32) -> char {
    char::from_u32(u32::from(letter) - u32::from('a') + first).unwrap_or(letter)
}

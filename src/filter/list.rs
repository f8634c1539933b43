//! Reading a spec from a plain list.

#![expect(
    clippy::string_slice,
    reason = "the places were found in the text, by characters of one byte"
)]

use super::evasion::{Evasion, Reach};
use super::spec::{Category, FilterError, FilterSpec, Origin, Term, Treatment};

impl FilterSpec {
    /// Reads a plain list, one term a line; blank lines do not count.
    ///
    /// | line | meaning |
    /// |---|---|
    /// | `word or phrase` | a term, met inside words too |
    /// | `!word` | a term, met as a whole word only |
    /// | `+word` | an innocent word: terms inside it do not count |
    /// | `word *3` | a term that weighs 3 instead of 1: what stands at the end, after white space and a star, is a weight |
    /// | `~class off` | a class of evasion is not followed; `on`, `words` or a number of letters: as [`Reach`] says |
    /// | `[category]` | the terms that follow are of this category |
    /// | `[category treatment]` | and are treated so, whatever is usual for the category |
    /// | `# …`, and ` # …` after any of these | a comment; a term's is kept with it |
    /// | `\…` | what follows is a term, whatever it begins with |
    ///
    /// Categories are `pornography`, `politics`, `abuse`, `advertising` and `custom:N`, treatments
    /// `tag`, `mask`, `hold` and `block`.
    ///
    /// # Errors
    /// [`FilterError`] names the first line that cannot stand, and says how to mend it.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let mut spec = Self::new();
        let (mut category, mut treatment) = (Category::Custom(0), None);
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (number, line) in text.lines().enumerate() {
            let at = Origin::Line(number + 1);
            let (line, comment) = split_comment(line);
            let mut chars = line.chars();
            match chars.next() {
                None => {}
                Some('[') => (category, treatment) = header(line, at)?,
                Some('+') => spec.allow_from(chars.as_str().trim().to_owned(), at)?,
                Some('~') => {
                    let (class, reach) = reach(chars.as_str(), at)?;
                    spec.set_reach(class, reach);
                }
                Some(mark) => {
                    let text =
                        if matches!(mark, '!' | '\\') { chars.as_str().trim() } else { line };
                    let (text, weight) = if mark == '\\' { (text, 1) } else { weight(text, at)? };
                    let text = text.to_owned();
                    let (boundary, comment) = (mark == '!', comment.to_owned());
                    let term = Term { text, category, treatment, boundary, comment, weight };
                    spec.add_from(term, at)?;
                }
            }
        }
        Ok(spec)
    }
}

/// Parts a line from its comment: a `#` begins one at the start and after white space.
fn split_comment(line: &str) -> (&str, &str) {
    let begins =
        |&(at, _): &(usize, &str)| line[..at].chars().next_back().is_none_or(char::is_whitespace);
    match line.match_indices('#').find(begins) {
        Some((at, _)) => (line[..at].trim(), line[at + 1..].trim()),
        None => (line.trim(), ""),
    }
}

/// A term and its weight, which stands at the end, after white space and a star.
fn weight(text: &str, at: Origin) -> Result<(&str, u16), FilterError> {
    let begins = |&(at, _): &(usize, &str)| text[..at].ends_with(char::is_whitespace);
    let Some((star, _)) = text.match_indices('*').find(begins) else { return Ok((text, 1)) };
    // What is no weight would be part of the term, and the word would not be met.
    let number = Some(&text[star + 1..]).filter(|number| !number.starts_with('+'));
    let number = number.and_then(|number| number.parse().ok());
    number.map(|number| (text[..star].trim_end(), number)).ok_or(FilterError::Weight { at })
}

fn reach(line: &str, at: Origin) -> Result<(Evasion, Reach), FilterError> {
    let mut words = line.split_whitespace();
    let (Some(class), Some(reach), None) = (words.next(), words.next(), words.next()) else {
        return Err(FilterError::Reach { at });
    };
    let class = Evasion::named(class).ok_or(FilterError::Reach { at })?;
    let reach = match reach.to_ascii_lowercase().as_str() {
        "off" => Reach::Off,
        "on" => Reach::On,
        "words" => Reach::WholeWords,
        number => Reach::Letters(number.parse().map_err(|_| FilterError::Reach { at })?),
    };
    Ok((class, reach))
}

fn header(line: &str, at: Origin) -> Result<(Category, Option<Treatment>), FilterError> {
    let inner = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let words: Vec<&str> = inner.ok_or(FilterError::Header { at })?.split_whitespace().collect();
    match words[..] {
        [name] => Ok((category(name, at)?, None)),
        [name, treatment_name] => Ok((category(name, at)?, Some(treatment(treatment_name, at)?))),
        _ => Err(FilterError::Header { at }),
    }
}

fn category(name: &str, at: Origin) -> Result<Category, FilterError> {
    Ok(match name.to_ascii_lowercase().as_str() {
        "pornography" => Category::Pornography,
        "politics" => Category::Politics,
        "abuse" => Category::Abuse,
        "advertising" => Category::Advertising,
        other => match other.strip_prefix("custom:").and_then(|number| number.parse().ok()) {
            Some(number) => Category::Custom(number),
            None => return Err(FilterError::UnknownCategory { at, name: shortened(name) }),
        },
    })
}

fn treatment(name: &str, at: Origin) -> Result<Treatment, FilterError> {
    Ok(match name.to_ascii_lowercase().as_str() {
        "tag" => Treatment::Tag,
        "mask" => Treatment::Mask,
        "hold" => Treatment::Hold,
        "block" => Treatment::Block,
        _ => return Err(FilterError::UnknownTreatment { at, name: shortened(name) }),
    })
}

/// Enough of a name to find it by: an error is no place for a whole file.
fn shortened(name: &str) -> String {
    name.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(text: &str, category: Category, treatment: Option<Treatment>) -> Term {
        Term { treatment, ..Term::new(text, category) }
    }

    #[test]
    fn a_list_reads_as_its_grammar_says() {
        let spec = FilterSpec::parse(
            "\u{feff}plain\r\n\n  two words  # why\n#note\n[Abuse]\n!whole\n+inno cent\n\
             [politics BLOCK] # from here\nc#\n\\#tag\n\\!bang\n[ custom:65535  tag ]\n\\\\x # \n\
             ~ Leet words\n~repeats off\n!heavy  *30 # x\n\\5 * x\nf*ck\n***",
        )
        .unwrap();
        let politics = |text| term(text, Category::Politics, Some(Treatment::Block));
        let expected = [
            term("plain", Category::Custom(0), None),
            Term { comment: "why".into(), ..term("two words", Category::Custom(0), None) },
            Term { boundary: true, ..term("whole", Category::Abuse, None) },
            politics("c#"),
            politics("#tag"),
            politics("!bang"),
            term("\\x", Category::Custom(65535), Some(Treatment::Tag)),
            Term {
                boundary: true,
                weight: 30,
                comment: "x".into(),
                ..term("heavy", Category::Custom(65535), Some(Treatment::Tag))
            },
            term("5 * x", Category::Custom(65535), Some(Treatment::Tag)),
            term("f*ck", Category::Custom(65535), Some(Treatment::Tag)),
            term("***", Category::Custom(65535), Some(Treatment::Tag)),
        ];
        assert_eq!(spec.terms(), expected);
        assert_eq!(spec.allowed(), ["inno cent"]);
        assert_eq!(spec.reach(Evasion::Leet), Reach::WholeWords);
        assert_eq!(spec.reach(Evasion::Repeats), Reach::Off);
        assert_eq!(spec.reach(Evasion::Case), Reach::On);
    }

    #[test]
    fn what_follows_a_star_is_a_weight() {
        let at = Origin::Line(2);
        for mistyped in [
            "*70000",
            "* 3",
            "*3x",
            "*-1",
            "*+3",
            "*",
            "*three",
            "*3.5",
            "*3*",
            "*3 *4",
            "*3 # note",
            "\t*3x",
        ] {
            for mark in ["", "!"] {
                let parsed = FilterSpec::parse(&format!("ok\n{mark}word {mistyped}"));
                if mistyped.starts_with("*3 #") {
                    assert_eq!(parsed.unwrap().terms()[1].weight, 3);
                } else {
                    assert_eq!(parsed.unwrap_err(), FilterError::Weight { at }, "{mistyped}");
                }
            }
            let escaped = FilterSpec::parse(&format!("ok\n\\word {mistyped}")).unwrap();
            assert!(escaped.terms()[1].text.starts_with("word"), "{mistyped}");
        }
        let weights = FilterSpec::parse("word *0\nword *65535\nword*7").unwrap();
        let weights: Vec<_> = weights.terms().iter().map(|it| (&*it.text, it.weight)).collect();
        assert_eq!(weights, [("word", 0), ("word", 65535), ("word*7", 1)]);
    }

    #[test]
    fn an_error_names_the_line_and_says_what_to_do() {
        for (text, message) in [
            (
                "a\n[abuse",
                "line 2: a header is `[category]` or `[category treatment]`; write `\\[` for a term",
            ),
            (
                "[]",
                "line 1: a header is `[category]` or `[category treatment]`; write `\\[` for a term",
            ),
            (
                "[abuse mask now]",
                "line 1: a header is `[category]` or `[category treatment]`; write `\\[` for a term",
            ),
            (
                "\n\n[sports]",
                "line 3: no category \"sports\"; use pornography, politics, abuse, advertising, or custom:N with N from 0 to 65535",
            ),
            (
                "[custom:65536]",
                "line 1: no category \"custom:65536\"; use pornography, politics, abuse, advertising, or custom:N with N from 0 to 65535",
            ),
            (
                "~leet sometimes",
                "line 1: a reach is `~class off`, `on`, `words` or a least number of letters; write `\\~` for a term",
            ),
            (
                "word *3x",
                "line 1: a weight is ` *` and a number from 0 to 65535; write `\\` before a term with such a star",
            ),
            ("[abuse ban]", "line 1: no treatment \"ban\"; use tag, mask, hold or block"),
            (
                "ok\n!",
                "line 2: \"\" has nothing to look for; give it a letter, digit or symbol, or drop it",
            ),
            (
                "+ - ",
                "line 1: \"-\" has nothing to look for; give it a letter, digit or symbol, or drop it",
            ),
        ] {
            assert_eq!(FilterSpec::parse(text).unwrap_err().to_string(), message, "{text:?}");
        }
        assert!(
            FilterSpec::parse(&"y".repeat(129))
                .unwrap_err()
                .to_string()
                .starts_with("line 1: a term has at most 128")
        );
    }
}

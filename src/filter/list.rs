//! Reading a spec from a plain list.

use super::spec::{Category, FilterError, FilterSpec, Origin, Term, Treatment};

impl FilterSpec {
    /// Reads a plain list, one term a line; blank lines do not count.
    ///
    /// | line | meaning |
    /// |---|---|
    /// | `word or phrase` | a term, met inside words too |
    /// | `!word` | a term, met as a whole word only |
    /// | `+word` | an innocent word: terms inside it do not count |
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
                Some(mark) => {
                    let text =
                        if matches!(mark, '!' | '\\') { chars.as_str().trim() } else { line };
                    let (text, comment) = (text.to_owned(), comment.to_owned());
                    let boundary = mark == '!';
                    spec.add_from(Term { text, category, treatment, boundary, comment }, at)?;
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
             [politics BLOCK] # from here\nc#\n\\#tag\n\\!bang\n[ custom:65535  tag ]\n\\\\x # ",
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
        ];
        assert_eq!(spec.terms(), expected);
        assert_eq!(spec.allowed(), ["inno cent"]);
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

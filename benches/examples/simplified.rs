//! Writes `src/filter/data/simplified.txt` anew, from Unihan's list of variants:
//!
//! ```text
//! bunzip2 -c /usr/share/unicode/Unihan_Variants.txt.bz2 |
//!     cargo run -p benches --example simplified > src/filter/data/simplified.txt
//! ```
//!
//! The list is in Debian's `unicode-data`, and in <https://www.unicode.org/Public/zipped/>. Taken is
//! `kSimplifiedVariant`: the first that is another character, followed to its end, of the unified
//! ideographs of the first plane.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Read},
};

fn main() -> io::Result<()> {
    let mut unihan = String::new();
    io::stdin().read_to_string(&mut unihan)?;
    let version = unihan.lines().find_map(|line| line.strip_prefix("# Unicode version: "));
    println!(
        "# Traditional ideographs, each with its simplified form: kSimplifiedVariant in Unihan_Variants.txt of\n\
         # Unicode {}, © Unicode, Inc., under the Unicode License (https://www.unicode.org/license.txt).\n\
         # Written by `cargo run -p benches --example simplified`.",
        version.unwrap_or("of no version"),
    );
    let simpler: BTreeMap<char, char> = unihan.lines().filter_map(variant).collect();
    let unified = |c: &char| ('\u{4e00}'..='\u{9fff}').contains(c);
    let pairs: Vec<char> = simpler
        .keys()
        .filter(|c| unified(c))
        .map(|&c| (c, end(&simpler, c)))
        .filter(|&(c, end)| c != end && end < '\u{10000}')
        .flat_map(|(c, end)| [c, end])
        .collect();
    pairs.chunks(64).for_each(|line| println!("{}", line.iter().collect::<String>()));
    Ok(())
}

/// `U+4E1F kSimplifiedVariant U+4E22`, perhaps with sources after `<`, perhaps with others after it.
fn variant(line: &str) -> Option<(char, char)> {
    let mut fields = line.split('\t');
    let from = character(fields.next()?)?;
    let variants = fields.next().filter(|name| *name == "kSimplifiedVariant").and(fields.next())?;
    let mut others = variants.split_whitespace().filter_map(character);
    others.find(|other| *other != from).map(|other| (from, other))
}

fn character(field: &str) -> Option<char> {
    let code = field.split('<').next()?.strip_prefix("U+")?;
    u32::from_str_radix(code, 16).ok().and_then(char::from_u32)
}

/// Where the variants of variants lead, or where they would begin anew.
fn end(simpler: &BTreeMap<char, char>, mut c: char) -> char {
    let mut seen = BTreeSet::from([c]);
    while let Some(&next) = simpler.get(&c)
        && seen.insert(next)
    {
        c = next;
    }
    c
}

//! Tables of characters, unfolded when the crate is compiled.
//!
//! A file holds pairs of characters, sorted. Lines that begin with `#` say where they come from.

#![expect(
    clippy::indexing_slicing,
    reason = "read while compiling, which fails where a table is not what it should be"
)]

/// How many pairs a file holds.
pub(crate) const fn count(text: &[u8]) -> usize {
    let (mut at, mut pairs) = (after_comments(text, 0), 0);
    while at < text.len() {
        at = after_comments(text, decode(text, decode(text, at).1).1);
        pairs += 1;
    }
    pairs
}

/// The pairs of a file, all of them.
pub(crate) const fn pairs<const N: usize>(text: &[u8]) -> [(char, char); N] {
    let mut table = [('\0', '\0'); N];
    let (mut at, mut pair) = (after_comments(text, 0), 0);
    while at < text.len() {
        let ((first, next), second);
        (first, next) = decode(text, at);
        (second, at) = decode(text, next);
        let (Some(first), Some(second)) = (char::from_u32(first), char::from_u32(second)) else {
            panic!("no character")
        };
        table[pair] = (first, second);
        pair += 1;
        at = after_comments(text, at);
    }
    assert!(pair == N, "as many as are counted");
    table
}

/// The character at `at`, and where the next begins. The files are UTF-8, as Rust's are.
const fn decode(text: &[u8], at: usize) -> (u32, usize) {
    let first = text[at];
    let (length, mut code) = match first {
        0..0x80 => (1, first as u32),
        0x80..0xe0 => (2, first as u32 & 0x1f),
        0xe0..0xf0 => (3, first as u32 & 0xf),
        _ => (4, first as u32 & 0x7),
    };
    let mut byte = 1;
    while byte < length {
        code = code << 6 | (text[at + byte] as u32 & 0x3f);
        byte += 1;
    }
    (code, at + length)
}

/// Where the next pair begins: past the end of a line, and past lines that are comments.
const fn after_comments(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && (text[at] == b'\n' || text[at] == b'#') {
        while text[at] != b'\n' {
            at += 1;
        }
        at += 1;
    }
    at
}

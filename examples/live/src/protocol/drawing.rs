//! What is drawn: strokes on their way in, and the board for those who come late.

use liveroom::Kind;
use serde::{Deserialize, Serialize};

/// A piece of a stroke.
pub(crate) const STROKE: Kind = Kind::Host(1);
/// The board is wiped.
pub(crate) const CLEAR: Kind = Kind::Host(2);

/// "Colour 0..7".
const COLOURS: u8 = 8;
/// "Width 1..64".
const WIDEST: u8 = 64;
/// "1 to 256 points".
const POINTS: usize = 256;
/// "Ten-thousandths of the board's width and height".
const FAR_EDGE: u16 = 10_000;

/// A piece of a stroke; a piece begins at the last point of the piece before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stroke {
    id: u32,
    c: u8,
    w: u8,
    p: Vec<u16>,
}

/// What a clear carries: nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

impl Stroke {
    /// The data of a stroke as it is handed on; `None` if it is none. What comes out is as short as
    /// it can be written, so that its length has a bound.
    pub(crate) fn rewrite(data: &str) -> Option<String> {
        let stroke: Self = serde_json::from_str(data).ok()?;
        let Self { id: _, c, w, p } = &stroke;
        let good = *c < COLOURS
            && (1..=WIDEST).contains(w)
            && p.len().is_multiple_of(2)
            && (1..=POINTS).contains(&(p.len() / 2))
            && p.iter().all(|at| *at <= FAR_EDGE);
        if good { serde_json::to_string(&stroke).ok() } else { None }
    }
}

/// The data of a clear as it is handed on; `None` if it is none.
pub(crate) fn rewrite_clear(data: &str) -> Option<String> {
    let Nothing {} = serde_json::from_str(data).ok()?;
    Some("{}".to_owned())
}

/// A piece as the board keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Piece {
    pub(crate) seq: u64,
    pub(crate) user: String,
    pub(crate) data: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stroke(c: u32, w: u32, points: usize, at: u32) -> String {
        let p = vec![at.to_string(); 2 * points].join(",");
        format!(r#"{{"id":7,"c":{c},"w":{w},"p":[{p}]}}"#)
    }

    #[test]
    fn a_stroke_is_taken_up_to_its_limits_and_not_past_them() {
        for good in [stroke(0, 1, 1, 0), stroke(7, 64, 256, 10_000)] {
            assert_eq!(Stroke::rewrite(&good), Some(good.clone()), "{good}");
        }
        for bad in [
            stroke(8, 1, 1, 0),
            stroke(0, 0, 1, 0),
            stroke(0, 65, 1, 0),
            stroke(0, 1, 0, 0),
            stroke(0, 1, 257, 0),
            stroke(0, 1, 1, 10_001),
            r#"{"id":7,"c":0,"w":1,"p":[1]}"#.to_owned(),
            r#"{"id":7,"c":0,"w":1,"p":[1,-2]}"#.to_owned(),
            r#"{"id":7,"c":0,"w":1,"p":[1,2.5]}"#.to_owned(),
            r#"{"id":-7,"c":0,"w":1,"p":[1,2]}"#.to_owned(),
            r#"{"id":7,"c":0,"w":1,"p":[1,2],"x":1}"#.to_owned(),
            r#"{"id":7,"c":0,"w":1}"#.to_owned(),
            "[]".to_owned(),
            String::new(),
        ] {
            assert_eq!(Stroke::rewrite(&bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_handed_on_is_as_short_as_it_can_be_written() {
        let long = format!(r#"{{ "p":[ 1 , 2 ],{} "id":7,"\u0063":0,"w":1}}"#, " ".repeat(900));
        assert_eq!(Stroke::rewrite(&long).as_deref(), Some(r#"{"id":7,"c":0,"w":1,"p":[1,2]}"#));
        assert_eq!(rewrite_clear(" { } ").as_deref(), Some("{}"));
        assert_eq!((rewrite_clear(r#"{"all":1}"#), rewrite_clear("")), (None, None));
    }
}

//! Drawings as SVG, in colours that can be read on light and on dark: no style sheet, no script.

use std::fmt::Write;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 76.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 56.0;
const BOTTOM: f64 = 36.0;
const INK: &str = "#808080";
const COLOURS: [&str; 4] = ["#3b82f6", "#d97706", "#16a34a", "#c026d3"];

pub(crate) struct Curve {
    pub(crate) name: String,
    pub(crate) points: Vec<(u64, u64)>,
}

pub(crate) struct Bar {
    pub(crate) name: String,
    pub(crate) value: u64,
    pub(crate) about: String,
}

/// Where values stand along one side, from its first mark to its last.
pub(crate) struct Axis<'a> {
    marks: &'a [(u64, &'a str)],
    is_tenfold: bool,
}

impl<'a> Axis<'a> {
    pub(crate) fn even(marks: &'a [(u64, &'a str)]) -> Self {
        Self { marks, is_tenfold: false }
    }

    /// Each tenfold has the same room.
    pub(crate) fn tenfold(marks: &'a [(u64, &'a str)]) -> Self {
        Self { marks, is_tenfold: true }
    }

    fn scaled(&self, value: u64) -> f64 {
        if self.is_tenfold { (value.max(1) as f64).log10() } else { value as f64 }
    }

    /// How far along a value stands, from 0 to 1.
    fn place(&self, value: u64) -> f64 {
        let (Some(first), Some(last)) = (self.marks.first(), self.marks.last()) else { return 0.0 };
        let (from, to) = (self.scaled(first.0), self.scaled(last.0));
        ((self.scaled(value) - from) / (to - from)).clamp(0.0, 1.0)
    }
}

pub(crate) fn lines(title: &str, across: &Axis<'_>, up: &Axis<'_>, curves: &[Curve]) -> String {
    let x = |value| LEFT + across.place(value) * (WIDTH - LEFT - RIGHT);
    let y = |value| HEIGHT - BOTTOM - up.place(value) * (HEIGHT - TOP - BOTTOM);
    let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
    let mut svg = begin(title, HEIGHT);
    for (value, name) in up.marks {
        let at = y(*value);
        put(&mut svg, &line((LEFT, at), (right, at)));
        put(&mut svg, &text(LEFT - 8.0, at + 4.0, "end", INK, name));
    }
    for (value, name) in across.marks {
        let at = x(*value);
        put(&mut svg, &line((at, TOP), (at, bottom)));
        put(&mut svg, &text(at, bottom + 20.0, "middle", INK, name));
    }
    for (number, Curve { name, points }) in curves.iter().enumerate() {
        let colour = COLOURS[number % COLOURS.len()];
        let points: Vec<String> =
            points.iter().map(|(at, value)| format!("{:.1},{:.1}", x(*at), y(*value))).collect();
        let points = points.join(" ");
        put(
            &mut svg,
            &format!(
                r#"<polyline fill="none" stroke="{colour}" stroke-width="2" points="{points}"/>"#
            ),
        );
        let at = LEFT + number as f64 * (WIDTH - LEFT) / 4.0;
        put(&mut svg, &text(at, 42.0, "start", colour, name));
    }
    svg + "</svg>\n"
}

/// Bars from 1 on, where each tenfold has the same room.
pub(crate) fn bars(title: &str, values: &[Bar]) -> String {
    const ROW: f64 = 28.0;
    const NAMES: f64 = 96.0;
    const ABOUT: f64 = 230.0;
    let most = values.iter().map(|bar| bar.value).max().unwrap_or(1).max(10);
    let marks = [(1, ""), (most, "")];
    let axis = Axis::tenfold(&marks);
    let mut svg = begin(title, ROW * values.len() as f64 + 44.0);
    for (row, Bar { name, value, about }) in values.iter().enumerate() {
        let top = 40.0 + row as f64 * ROW;
        let length = axis.place(*value) * (WIDTH - NAMES - ABOUT);
        let colour = COLOURS[row % 2];
        put(&mut svg, &text(NAMES - 8.0, top + 14.0, "end", INK, name));
        put(
            &mut svg,
            &format!(
                r#"<rect fill="{colour}" x="{NAMES}" y="{top}" width="{length:.1}" height="18"/>"#
            ),
        );
        put(&mut svg, &text(NAMES + length + 8.0, top + 14.0, "start", INK, about));
    }
    svg + "</svg>\n"
}

fn begin(title: &str, height: f64) -> String {
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" role="img" aria-label="{title}" font-family="sans-serif" font-size="13">"#
    );
    svg.push('\n');
    put(&mut svg, &format!(r#"<text x="0" y="18" font-size="15" fill="{INK}">{title}</text>"#));
    svg
}

fn line(from: (f64, f64), to: (f64, f64)) -> String {
    let ((x1, y1), (x2, y2)) = (from, to);
    format!(
        r#"<line x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}" stroke="{INK}" stroke-opacity="0.3"/>"#
    )
}

fn text(x: f64, y: f64, anchor: &str, colour: &str, text: &str) -> String {
    format!(r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" fill="{colour}">{text}</text>"#)
}

fn put(svg: &mut String, element: &str) {
    writeln!(svg, "{element}").expect("a string takes everything");
}

//! Charts as inline SVG, drawn with what a page's style names: no script, and nothing to fetch.

use std::fmt::Write;

/// The drawing in its own units; the page makes it as wide as there is room.
const WIDTH: f64 = 520.0;
const HEIGHT: f64 = 290.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 12.0;
/// Above and below there is room for what an axis means, as large as it is on a telephone.
const TOP: f64 = 34.0;
const BOTTOM: f64 = 54.0;

/// One line of a chart, in the colour of that number.
pub(super) struct Curve {
    pub(super) colour: usize,
    pub(super) points: Vec<(f64, f64)>,
}

/// Where values stand along one side of a chart.
pub(super) struct Axis {
    /// What its values are.
    unit: &'static str,
    from: f64,
    to: f64,
    is_log: bool,
    marks: Vec<(f64, String)>,
}

impl Axis {
    /// From nothing to a round number that is not below `most`.
    pub(super) fn even(unit: &'static str, most: f64) -> Self {
        let most = if most > 0.0 { most } else { 1.0 };
        let step = round_up(most / 4.0);
        let count = (most / step).ceil().max(1.0);
        let marks =
            (0..=count as u32).map(|at| (f64::from(at) * step, short(f64::from(at) * step)));
        Self { unit, from: 0.0, to: count * step, is_log: false, marks: marks.collect() }
    }

    /// From `from` to `to`, where each tenfold has the same room.
    pub(super) fn tenfold(unit: &'static str, from: f64, to: f64) -> Self {
        let (low, high) = (from.max(1e-3).log10().floor(), to.max(1e-2).log10().ceil());
        let marks = (low as i32..=high as i32).map(|power| 10_f64.powi(power));
        let marks = marks.map(|mark| (mark, short(mark))).collect();
        Self {
            unit,
            from: 10_f64.powf(low),
            to: 10_f64.powf(high.max(low + 1.0)),
            is_log: true,
            marks,
        }
    }

    /// With marks of one's own.
    pub(super) fn marked(unit: &'static str, from: f64, to: f64, marks: &[(f64, &str)]) -> Self {
        let marks = marks.iter().map(|(at, name)| (*at, (*name).to_owned()));
        Self { unit, from, to, is_log: false, marks: marks.collect() }
    }

    /// How far along a value stands, from 0 to 1.
    fn place(&self, value: f64) -> f64 {
        let scaled = |value: f64| if self.is_log { value.max(self.from).log10() } else { value };
        let (from, to) = (scaled(self.from), scaled(self.to));
        ((scaled(value) - from) / (to - from)).clamp(0.0, 1.0)
    }
}

/// A chart of lines, with a title and what its sides mean.
pub(super) fn lines(title: &str, about: &str, (x, y): (&Axis, &Axis), curves: &[Curve]) -> String {
    let across = |value| LEFT + x.place(value) * (WIDTH - LEFT - RIGHT);
    let down = |value| HEIGHT - BOTTOM - y.place(value) * (HEIGHT - TOP - BOTTOM);
    let mut svg = begin("lines", title, about, (WIDTH, HEIGHT));
    for (value, name) in &y.marks {
        let at = down(*value);
        let (right, text) = (WIDTH - RIGHT, LEFT - 8.0);
        put(
            &mut svg,
            &format!(r#"<line class="rule" x1="{LEFT}" x2="{right}" y1="{at:.1}" y2="{at:.1}"/>"#),
        );
        put(
            &mut svg,
            &format!(
                r#"<text class="mark" x="{text}" y="{at:.1}" text-anchor="end">{name}</text>"#
            ),
        );
    }
    for (at, (value, name)) in x.marks.iter().enumerate() {
        // The last one ends where the chart does.
        let anchor = if at + 1 == x.marks.len() { "end" } else { "middle" };
        let (at, low) = (across(*value), HEIGHT - BOTTOM + 20.0);
        put(
            &mut svg,
            &format!(r#"<text x="{at:.1}" y="{low}" text-anchor="{anchor}">{name}</text>"#),
        );
    }
    let (bottom, right) = (HEIGHT - BOTTOM, WIDTH - RIGHT);
    let (above, below) = (TOP - 16.0, HEIGHT - 8.0);
    put(&mut svg, &format!(r#"<text class="unit" x="0" y="{above}">{}</text>"#, escaped(y.unit)));
    put(
        &mut svg,
        &format!(
            r#"<text class="unit" x="{right}" y="{below}" text-anchor="end">{}</text>"#,
            escaped(x.unit)
        ),
    );
    put(
        &mut svg,
        &format!(r#"<line class="axis" x1="{LEFT}" x2="{right}" y1="{bottom}" y2="{bottom}"/>"#),
    );
    for Curve { colour, points } in curves {
        let points: Vec<String> =
            points.iter().map(|(a, b)| format!("{:.1},{:.1}", across(*a), down(*b))).collect();
        let (colour, points) = (colour % 4, points.join(" "));
        put(&mut svg, &format!(r#"<polyline class="curve k{colour}" points="{points}"/>"#));
    }
    svg + "</svg></figure>"
}

/// A chart of bars: a name, a colour and a value each.
pub(super) fn bars(title: &str, about: &str, values: &[(String, usize, Option<f64>)]) -> String {
    // Three stand side by side.
    const WIDTH: f64 = 290.0;
    const ROW: f64 = 46.0;
    let most = values.iter().filter_map(|(_, _, value)| *value).fold(0.0, f64::max);
    let mut svg = begin("bars", title, about, (WIDTH, ROW * values.len() as f64));
    for (row, (name, colour, value)) in values.iter().enumerate() {
        let top = row as f64 * ROW;
        let (text, bar, colour) = (top + 14.0, top + 20.0, colour % 4);
        let length = value.map_or(0.0, |value| value / most.max(1e-9) * WIDTH);
        let value = value.map_or_else(|| "not known".to_owned(), short);
        put(&mut svg, &format!(r#"<text x="0" y="{text}">{}</text>"#, escaped(name)));
        put(
            &mut svg,
            &format!(
                r#"<text class="value" x="{WIDTH}" y="{text}" text-anchor="end">{value}</text>"#
            ),
        );
        put(
            &mut svg,
            &format!(
                r#"<rect class="f{colour}" x="0" y="{bar}" width="{length:.1}" height="12" rx="3"/>"#
            ),
        );
    }
    svg + "</svg></figure>"
}

fn begin(kind: &str, title: &str, about: &str, (width, height): (f64, f64)) -> String {
    let (title, about) = (escaped(title), escaped(about));
    format!(
        r#"<figure class="card"><figcaption>{title} <span>{about}</span></figcaption><svg class="{kind}" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">"#
    )
}

fn put(svg: &mut String, element: &str) {
    writeln!(svg, "{element}").expect("a string takes everything");
}

/// Text as a page may hold it.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The next of 1, 2, 5, 10, 20, 50 … that is not below.
fn round_up(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    steps.into_iter().find(|step| *step >= value * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

/// A number as one reads it at a glance.
pub(super) fn short(value: f64) -> String {
    match value {
        ..0.095 => format!("{value:.2}").trim_end_matches('0').trim_end_matches('.').to_owned(),
        ..9.95 if value.fract().abs() < 0.05 => format!("{value:.0}"),
        ..9.95 => format!("{value:.1}"),
        ..9_999.5 => format!("{value:.0}"),
        ..999_500.0 => format!("{:.0}k", value / 1e3),
        _ => format!("{:.1}M", value / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_a_round_number_and_never_below_what_it_shows() {
        assert_eq!(Axis::even("entries", 0.0).to, 1.0);
        for most in [0.3, 1.0, 7.0, 99.0, 101.0, 40_000.0, 399_000.0] {
            let axis = Axis::even("ms", most);
            assert!(axis.to >= most && axis.to <= most * 2.0, "{most}: {}", axis.to);
            assert_eq!((axis.place(0.0), axis.place(axis.to)), (0.0, 1.0));
            assert!((3..=6).contains(&axis.marks.len()), "{most}: {:?}", axis.marks);
        }
        let axis = Axis::tenfold("ms", 3.0, 450.0);
        assert_eq!((axis.from, axis.to, axis.marks.len()), (1.0, 1_000.0, 4));
        assert!((axis.place(10.0) - 1.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn numbers_are_short() {
        let written = [0.0, 0.05, 0.5, 2.0, 3.12, 42.4, 1_234.0, 199_900.0, 2_000_000.0].map(short);
        assert_eq!(written, ["0", "0.05", "0.5", "2", "3.1", "42", "1234", "200k", "2.0M"]);
    }

    #[test]
    fn what_is_shown_is_text_and_nothing_else() {
        let chart = bars("<b>", "\"", &[("<script>".into(), 0, Some(1.0))]);
        assert!(!chart.contains("<b>") && !chart.contains("<script>"), "{chart}");
    }
}

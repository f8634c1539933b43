//! What came of some runs, as a page that stands alone: no script, nothing to fetch.

mod chart;
mod costs;

use crate::{
    class::Class,
    conditions::{Conditions, tick},
    outcome::{Outcome, Second},
    run::Plan,
    summary::{BETTER, summary},
    table::verdict,
};

use chart::{Axis, Curve, bars, escaped, lines};
use costs::table;

const STYLE: &str = include_str!("style.css");

/// The page.
pub fn page(conditions: &Conditions, outcomes: &[Outcome]) -> String {
    let Plan { clients, rate, seconds, .. } = conditions.plan;
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <title>A room under load: {clients} clients</title><style>{STYLE}</style><main>\
         <h1>{clients} clients, {rate} messages a second</h1>{}{}{}{}{}{}{}</main></html>",
        under(conditions, outcomes),
        hosts(outcomes),
        findings(outcomes),
        costs(outcomes),
        latencies(outcomes),
        course(outcomes, seconds),
        books(outcomes),
    )
}

/// Under which conditions.
fn under(conditions: &Conditions, outcomes: &[Outcome]) -> String {
    let told = conditions.told(outcomes).into_iter();
    let told: String =
        told.map(|(name, value)| format!("<div><dt>{name}<dd>{}</div>", escaped(&value))).collect();
    format!(
        "<dl>{told}</dl><p class=\"soft\">A hand-off is one entry that one client has read. Latency runs from the time \
         a message was to be sent to the time a client had read it, for every client. Clients and hosts share one \
         machine.</p>"
    )
}

/// What each host is, in the colour that it has in the charts.
fn hosts(outcomes: &[Outcome]) -> String {
    let hosts = outcomes.iter().enumerate().map(|(at, outcome)| {
        let (host, about) = (escaped(&outcome.host), escaped(outcome.about));
        format!(
            "<p><i class=\"f{}\"></i><b>{host}</b> {about}; tick {}</p>",
            at % 4,
            tick(outcome.tick)
        )
    });
    format!("<div class=\"legend\">{}</div>", hosts.collect::<String>())
}

fn findings(outcomes: &[Outcome]) -> String {
    let told = summary(outcomes).into_iter();
    let told: String = told.map(|sentence| format!("<li>{}", escaped(&sentence))).collect();
    format!("<h2>What came of it</h2><div class=\"card\"><p>{BETTER}</p><ul>{told}</ul></div>")
}

fn costs(outcomes: &[Outcome]) -> String {
    let bar = |title, about, value: fn(&Outcome) -> Option<f64>| {
        let values = outcomes.iter().enumerate();
        let values = values.map(|(at, outcome)| (outcome.host.clone(), at, value(outcome)));
        bars(title, about, &values.collect::<Vec<_>>())
    };
    format!(
        "<h2>What it costs</h2>{}<p></p><div class=\"grid three\">{}{}{}</div>",
        table(outcomes),
        bar("Processor", "ms a second", Outcome::cpu),
        bar("Processor per hand-off", "µs", Outcome::cpu_per_hand_off),
        bar("Memory per client", "KiB", Outcome::kib_per_client),
    )
}

/// Shares of the clients' readings, by how many nines they have: each has as much room as the one before.
const SHARES: [(f64, &str); 5] =
    [(0.301, "50 %"), (1.0, "90 %"), (2.0, "99 %"), (3.0, "99.9 %"), (4.0, "99.99 %")];

fn latencies(outcomes: &[Outcome]) -> String {
    let times = outcomes.iter().flat_map(|outcome| &outcome.latencies);
    let (low, high) = times.fold((f64::MAX, 0_f64), |(low, high), latency| {
        let least = latency.millis(0.1).unwrap_or(f64::MAX);
        (low.min(least), high.max(latency.millis(0.9999).unwrap_or(0.0)))
    });
    let x = Axis::marked("share of hand-offs", 0.0, 4.0, &SHARES);
    let y = Axis::tenfold("ms, log scale", low.min(high), high);
    let charts: String = Class::PRIORITIES
        .iter()
        .map(|class| {
            let curves: Vec<_> = outcomes
                .iter()
                .enumerate()
                .map(|(colour, outcome)| {
                    let latency = &outcome.latencies[*class as usize];
                    let nines = (0..=80).map(|at| f64::from(at) / 20.0);
                    let points = nines.filter_map(|nines| {
                        Some((nines, latency.millis(1.0 - 10_f64.powf(-nines))?))
                    });
                    Curve { colour, points: points.collect() }
                })
                .collect();
            let title = format!("Priority {}", class.name());
            lines(&title, "read within so many ms", (&x, &y), &curves)
        })
        .collect();
    format!("<h2>How long it takes</h2><div class=\"grid\">{charts}</div>")
}

/// How values stand along the side of a chart, and what they are.
enum Unit {
    Even(&'static str),
    Tenfold(&'static str),
}

fn course(outcomes: &[Outcome], seconds: u32) -> String {
    let to = f64::from(seconds.max(1));
    // Marks at whole seconds.
    let parts =
        [6, 5, 4, 3, 2].into_iter().find(|parts| seconds.is_multiple_of(*parts)).unwrap_or(1);
    let marks: Vec<(f64, String)> = (0..=parts)
        .map(|at| to * f64::from(at) / f64::from(parts))
        .map(|at| (at, format!("{at:.0} s")))
        .collect();
    let marks: Vec<(f64, &str)> = marks.iter().map(|(at, name)| (*at, name.as_str())).collect();
    let x = Axis::marked("time since the first message", 0.0, to, &marks);
    let curves = |value: fn(&Second) -> Option<f64>| -> Vec<Curve> {
        let curve = |(colour, outcome): (usize, &Outcome)| {
            let points = outcome.course.iter().enumerate();
            let points = points.filter_map(|(at, second)| Some((at as f64 + 0.5, value(second)?)));
            Curve { colour, points: points.collect() }
        };
        outcomes.iter().enumerate().map(curve).collect()
    };
    let chart = |title, unit: Unit, value| {
        let curves = curves(value);
        let values =
            || curves.iter().flat_map(|curve| curve.points.iter().map(|(_, value)| *value));
        let (low, high) = (values().fold(f64::MAX, f64::min), values().fold(0.0, f64::max));
        let y = match unit {
            Unit::Even(unit) => Axis::even(unit, high),
            Unit::Tenfold(unit) => Axis::tenfold(unit, low.min(high), high),
        };
        lines(title, "", (&x, &y), &curves)
    };
    format!(
        "<h2>Second by second</h2><div class=\"grid\">{}{}{}{}{}{}</div>",
        chart("Hand-offs", Unit::Even("entries a second"), |second| Some(second.entries as f64)),
        chart("Frames", Unit::Even("frames a second"), |second| Some(second.frames as f64)),
        chart("99 of 100 in that second", Unit::Tenfold("ms, log scale"), |second| second.p99),
        chart("Told that they missed", Unit::Even("entries a second"), |second| {
            Some(second.missed as f64)
        }),
        chart("Processor of the host", Unit::Even("ms a second"), |second| second.cpu),
        chart("Memory of the host", Unit::Even("MiB"), |second| second.resident),
    )
}

fn books(outcomes: &[Outcome]) -> String {
    let books: String = outcomes
        .iter()
        .map(|outcome| {
            let class = if outcome.is_sound() { "good" } else { "bad" };
            let verdict = escaped(&verdict(outcome));
            let mut told = verdict.lines();
            let first = told.next().unwrap_or_default();
            let rest: String = told.map(|line| format!("<li class=\"soft\">{line}")).collect();
            format!("<p class=\"{class}\">{first}</p><ul>{rest}</ul><br>")
        })
        .collect();
    format!(
        "<h2>The books</h2><div class=\"card\"><p class=\"soft\">For every client and class: what was appended since \
         it came in is what it read and what it was told it missed.</p>{books}</div>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_nothing_and_a_page_of_something_stand_alone() {
        let plan = Plan {
            clients: 3,
            speakers: 1,
            guest_every: 0,
            rate: 1,
            seconds: 2,
            pace: 1,
            threads: 1,
        };
        let begun = std::time::UNIX_EPOCH;
        let conditions = Conditions { plan, cores: 2, begun };
        let mut outcome =
            Outcome { host: "<live>".into(), seconds: 2, entries: 7, ..Outcome::default() };
        outcome.latencies[0].note(3_000_000);
        outcome.course = vec![Second { entries: 3, p99: Some(3.0), ..Second::default() }; 2];
        for outcomes in [&[][..], &[outcome.clone(), outcome]] {
            let page = page(&conditions, outcomes);
            assert!(page.ends_with("</html>") && !page.contains("<live>"));
            for word in [
                "share of hand-offs",
                "ms, log scale",
                "01 Jan 1970",
                "2 cores",
                "Less is better",
                "Memory of the host",
            ] {
                assert!(page.contains(word), "{word}");
            }
            for word in ["<script", "http:", "https:", "NaN", "inf"] {
                assert!(!page.contains(word), "{word}");
            }
        }
    }
}

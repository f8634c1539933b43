//! What came of it, in tables and drawings.

use liveroom::{Class, PerClass};

use crate::{
    ledger::Call,
    plot::{self, Axis, Bar, Curve},
    spread::Spread,
    world::Outcome,
};

/// Whether all edges have what the home has, once each.
pub(crate) fn is_whole(outcome: &Outcome) -> bool {
    outcome.differing + outcome.lost + outcome.doubled == 0 && outcome.likes.0 == outcome.likes.1
}

pub(crate) fn print(outcome: &Outcome) {
    let options = &outcome.options;
    let all = u64::from(options.edges) * options.viewers;
    println!(
        "{} edges of {} viewers, {} in all; {} servers, {} leaves; log: {:?}; {} s, seed {}\n",
        short(options.edges.into()),
        short(options.viewers),
        short(all),
        options.servers,
        options.leaves,
        options.log,
        options.seconds,
        options.seed,
    );
    latencies(outcome);
    traffic(outcome);
    home(outcome);
    edges(outcome);
    let (counted, known) = outcome.likes;
    println!("{known} of {counted} likes are in the room");
    let Outcome { history, lost, doubled, differing, .. } = outcome;
    println!(
        "{} of {} edges end with the home's history of {history} entries: lost {lost}, duplicated {doubled}\n",
        u64::from(options.edges) - differing,
        options.edges,
    );
}

fn latencies(outcome: &Outcome) {
    let ledger = &outcome.ledger;
    let (edge, viewer) = (merged(&ledger.to_edge), merged(&ledger.to_viewer));
    println!("ms                               p50     p90     p99   p99.9     max       times");
    for (from, spreads) in [("the edge", &ledger.to_edge), ("viewers", &ledger.to_viewer)] {
        for class in Class::ALL.into_iter().filter(|class| !spreads[*class].is_empty()) {
            row(&format!("accepted to {from}, {class:?}"), &spreads[class]);
        }
    }
    row("accepted to the edge, all", &edge);
    row("accepted to viewers, all", &viewer);
    row("  until its turn", &ledger.turn);
    row("  until it is stored", &ledger.log);
    row("  from there to the edge", &ledger.way);
    row("  until the sweep", &ledger.tick);
    row("age of the oldest count", &ledger.oldest);
    row("age of the counts, mean", &ledger.middle);
    let off = |of_thousand| parts(ledger.off.quantile(of_thousand), 10_000);
    let most = parts(ledger.off.most(), 10_000);
    println!(
        "number online off by, %     {:>8}{:>8}{:>8}{:>8}{most:>8}\n",
        off(500),
        off(900),
        off(990),
        off(999)
    );
}

fn merged(spreads: &PerClass<Spread>) -> Spread {
    let mut all = Spread::default();
    spreads.0.iter().for_each(|spread| all.merge(spread));
    all
}

fn row(name: &str, spread: &Spread) {
    let at = |of_thousand| parts(spread.quantile(of_thousand), 1_000_000);
    let (most, times) = (parts(spread.most(), 1_000_000), short(spread.len()));
    println!(
        "{name:<28}{:>8}{:>8}{:>8}{:>8}{most:>8}{times:>12}",
        at(500),
        at(900),
        at(990),
        at(999)
    );
}

fn traffic(outcome: &Outcome) {
    let seconds = outcome.options.seconds;
    println!("the busiest of         machines   down/s   down B/s     up/s     up B/s   busy %");
    for level in &outcome.measured.levels {
        println!(
            "{:<23}{:>8}{:>9}{:>11}{:>9}{:>11}{:>9}",
            level.name,
            level.machines,
            short(level.down.messages / seconds),
            short(level.down.bytes / seconds),
            short(level.up.messages / seconds),
            short(level.up.bytes / seconds),
            parts(level.spent / seconds, 10_000_000),
        );
    }
    println!();
}

fn home(outcome: &Outcome) {
    let (sums, seconds) = (&outcome.measured.sums, outcome.options.seconds);
    let line = |what: &str, count: u64, bytes: u64| {
        let mean = if bytes > 0 { format!("{} B", bytes / count.max(1)) } else { String::new() };
        println!("{what:<28}{:>8}{mean:>10}", parts(count, seconds));
    };
    println!("a second                    times      each");
    line("entries", sums.entries, 0);
    line("frames, as the log has them", sums.frames, sums.frame_bytes);
    line("feeds, as edges have them", sums.frames, sums.feed_bytes);
    line("requests", sums.requests, sums.request_bytes);
    line("answered", sums.answers, 0);
    line("refused", sums.refused, 0);
    line("letters", sums.letters, 0);
    line("edges' sums of likes", sums.likes, 0);
    line("edges' signs of life", sums.beats, sums.beat_bytes);
    line("fetches", sums.fetches, sums.fetched_bytes);
    line("upsets", sums.upsets, 0);
    println!("\nhome's processor            times     each ns      µs/s");
    let mut all = 0;
    for call in Call::HOME {
        let (nanos, calls) = outcome.measured.home.of(call);
        all += nanos;
        let each = nanos / calls.max(1);
        println!(
            "{:<28}{:>8}{each:>9}{:>10}",
            format!("{call:?}"),
            short(calls / seconds),
            nanos / seconds / 1_000
        );
    }
    println!("{:<45}{:>10}\n", "all", all / seconds / 1_000);
}

fn edges(outcome: &Outcome) {
    let seconds = outcome.options.seconds;
    let each = |call| {
        let (nanos, calls) = outcome.measured.stands.of(call);
        (
            nanos / calls.max(1),
            nanos / seconds / outcome.sampled / 1_000,
            calls / seconds / outcome.sampled,
        )
    };
    for (name, call) in [("feed", Call::Feed), ("sweep without writing", Call::Sweep)] {
        let (nanos, micros, calls) = each(call);
        println!("an edge: a {name} takes {nanos} ns, {calls} a second, {micros} µs a second");
    }
    println!("a base for an edge that begins: {}\n", in_bytes(outcome.base_bytes));
}

/// The drawings, each with the name of its file; the last run is the one that they show.
pub(crate) fn plots(runs: &[Outcome]) -> Vec<(&'static str, String)> {
    let Some(last) = runs.last() else { return Vec::new() };
    vec![
        ("latency.svg", latency_plot(last)),
        ("traffic.svg", traffic_plot(last)),
        ("home.svg", home_plot(runs)),
    ]
}

fn latency_plot(outcome: &Outcome) -> String {
    let ledger = &outcome.ledger;
    let curve = |name: &str, spread: &Spread| Curve {
        name: name.to_owned(),
        points: spread.shares().iter().map(|(at, share)| (at / 1_000, share / 1_000)).collect(),
    };
    let curves = [
        curve("at the edge, all", &merged(&ledger.to_edge)),
        curve("at viewers, High", &ledger.to_viewer[Class::High]),
        curve("at viewers, Normal", &ledger.to_viewer[Class::Normal]),
        curve("at viewers, Low", &ledger.to_viewer[Class::Low]),
    ];
    let across = Axis::tenfold(&[
        (1_000, "1 ms"),
        (10_000, "10 ms"),
        (100_000, "100 ms"),
        (1_000_000, "1 s"),
    ]);
    let down =
        Axis::even(&[(0, "0 %"), (250, "25 %"), (500, "50 %"), (750, "75 %"), (1_000, "100 %")]);
    plot::lines("Entries there so long after they were accepted", &across, &down, &curves)
}

fn traffic_plot(outcome: &Outcome) -> String {
    let seconds = outcome.options.seconds;
    let bars = outcome.measured.levels.iter().flat_map(|level| {
        let bar = |way: &str, bytes: u64, messages: u64| Bar {
            name: format!("{}, {way}", level.name),
            value: bytes / seconds,
            about: format!(
                "{}/s, {} messages/s",
                in_bytes(bytes / seconds),
                short(messages / seconds)
            ),
        };
        [
            bar("down", level.down.bytes, level.down.messages),
            bar("up", level.up.bytes, level.up.messages),
        ]
    });
    let bars: Vec<Bar> = bars.filter(|bar| bar.value > 0).collect();
    plot::bars("What the busiest machine of each level sends", &bars)
}

fn home_plot(runs: &[Outcome]) -> String {
    let curve = |name: &str, calls: &[Call]| Curve {
        name: name.to_owned(),
        points: runs
            .iter()
            .map(|run| {
                let nanos: u64 = calls.iter().map(|call| run.measured.home.of(*call).0).sum();
                (run.options.edges.into(), nanos / run.options.seconds / 1_000)
            })
            .collect(),
    };
    let curves = [
        curve("all", &Call::HOME),
        curve("signs of life", &[Call::Beat]),
        curve("commands", &[Call::Request]),
        curve("bytes", &[Call::Wire]),
    ];
    let across = Axis::tenfold(&[(100, "100 edges"), (1_000, "1,000"), (10_000, "10,000")]);
    let down = Axis::tenfold(&[
        (10, "10 µs/s"),
        (100, "100 µs/s"),
        (1_000, "1 ms/s"),
        (10_000, "10 ms/s"),
        (100_000, "100 ms/s"),
    ]);
    plot::lines("The home's processor time in a second", &across, &down, &curves)
}

/// A number of parts, to two places where it is small.
fn parts(number: u64, of: u64) -> String {
    let hundredths = number.saturating_mul(100) / of.max(1);
    match hundredths {
        ..1_000 => format!("{}.{:02}", hundredths / 100, hundredths % 100),
        1_000..10_000 => format!("{}.{}", hundredths / 100, hundredths % 100 / 10),
        _ => (hundredths / 100).to_string(),
    }
}

/// A number with three places at least.
fn short(number: u64) -> String {
    let (number, unit) = scaled(number);
    format!("{number}{unit}")
}

/// The same of bytes.
fn in_bytes(number: u64) -> String {
    let (number, unit) = scaled(number);
    format!("{number} {unit}B")
}

fn scaled(number: u64) -> (String, &'static str) {
    match number {
        ..10_000 => (number.to_string(), ""),
        10_000..1_000_000 => (parts(number, 1_000), "k"),
        1_000_000..1_000_000_000 => (parts(number, 1_000_000), "M"),
        _ => (parts(number, 1_000_000_000), "G"),
    }
}

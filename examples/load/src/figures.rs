//! A host's figures, in the text format of Prometheus.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use crate::{
    account::{Fates, Ledger},
    class::{Class, PerClass},
};

/// The room that a `join` without a group means.
pub(crate) const ROOM: (&str, &str) = ("group", "live");

/// A host that is far behind has much to do before it answers.
const PATIENCE: Duration = Duration::from_secs(20);

/// What `/metrics` says.
#[derive(Clone, Debug, Default)]
pub struct Figures(Vec<Figure>);

#[derive(Clone, Debug)]
struct Figure {
    name: String,
    labels: Vec<(String, String)>,
    value: f64,
}

impl Figures {
    /// Asks a host, of whose figures each of these has some.
    ///
    /// # Errors
    /// One does not answer, or has none.
    pub fn ask(books: &[SocketAddr]) -> io::Result<Self> {
        let read = books.iter().map(|host| Ok(Self::read(&get(*host, "/metrics")?).0));
        Ok(Self(read.collect::<io::Result<Vec<_>>>()?.concat()))
    }

    fn read(text: &str) -> Self {
        Self(text.lines().filter_map(Figure::read).collect())
    }

    /// The sum of all of a name that have these labels. They are whole numbers, and far below 2^53.
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> u64 {
        let with = |figure: &&Figure| {
            figure.name == name
                && labels.iter().all(|(label, value)| {
                    figure.labels.iter().any(|(l, v)| l == label && v == value)
                })
        };
        self.0.iter().filter(with).map(|figure| figure.value).sum::<f64>() as u64
    }

    fn by_class(&self, name: &str) -> PerClass<u64> {
        Class::ALL.map(|class| self.sum(name, &[ROOM, ("class", class.name())]))
    }

    /// The history, and what was given of it since `before`.
    pub fn ledger(&self, before: &Self) -> Ledger {
        // What fell was told by another home: the books show it.
        let since = |name| self.sum(name, &[ROOM]).saturating_sub(before.sum(name, &[ROOM]));
        Ledger {
            appended: self.by_class("liveroom_entries_appended_total"),
            given: since("live_entries_given_total"),
            missed: since("live_entries_missed_total"),
        }
    }

    /// What became of the messages since `before`.
    pub fn fates(&self, before: &Self) -> Fates {
        let since = |name: &str, labels: &[(&str, &str)]| {
            let labels = [&[ROOM], labels].concat();
            self.sum(name, &labels).saturating_sub(before.sum(name, &labels))
        };
        let ended = |class: Class, outcome| {
            since(
                "liveroom_messages_ended_total",
                &[("priority", class.name()), ("outcome", outcome)],
            )
        };
        let accepted =
            |class: Class| since("liveroom_messages_accepted_total", &[("priority", class.name())]);
        let open = |name| self.sum(name, &[ROOM]);
        Fates {
            sent: Class::PRIORITIES.map(accepted),
            delivered: Class::PRIORITIES.map(|class| ended(class, "delivered")),
            dropped: Class::PRIORITIES
                .map(|class| ended(class, "rejected") + ended(class, "discarded")),
            refused: since("liveroom_messages_refused_total", &[])
                + since("live_turned_away_total", &[]),
            open: open("liveroom_messages_waiting") + open("liveroom_messages_held"),
        }
    }
}

/// What a host has at a path.
///
/// # Errors
/// It does not answer, or has nothing there.
pub(crate) fn get(host: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(host).map_err(|error| {
        io::Error::new(
            error.kind(),
            format!("nobody answers at {host}: {error}; does a live host run there?"),
        )
    })?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.1 200 ") => Ok(body.to_owned()),
        _ => {
            let status = answer.lines().next().unwrap_or("nothing");
            Err(io::Error::other(format!("{host} has nothing at {path}: {status}")))
        }
    }
}

impl Figure {
    fn read(line: &str) -> Option<Self> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let (named, value) = line.rsplit_once(' ')?;
        let value = value.parse().ok()?;
        let (name, labels) = match named.split_once('{') {
            None => (named, ""),
            Some((name, labels)) => (name, labels.strip_suffix('}')?),
        };
        // None of the values that are looked at holds a comma.
        let labels = labels.split(',').filter_map(|label| label.split_once('='));
        let labels =
            labels.map(|(label, value)| (label.to_owned(), value.trim_matches('"').to_owned()));
        Some(Self { name: name.to_owned(), labels: labels.collect(), value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# TYPE liveroom_entries_appended_total counter
liveroom_entries_appended_total{group=\"live\",class=\"high\"} 7
liveroom_entries_appended_total{group=\"class\",class=\"high\"} 100
liveroom_messages_ended_total{group=\"live\",priority=\"low\",outcome=\"discarded\",reason=\"rate\"} 2
liveroom_messages_ended_total{group=\"live\",priority=\"low\",outcome=\"discarded\",reason=\"shed\"} 3
live_entries_given_total{group=\"live\"} 70
live_connections 12
";

    #[test]
    fn figures_are_summed_by_what_is_asked_for() {
        let figures = Figures::read(TEXT);
        let ledger = figures.ledger(&Figures::default());
        assert_eq!((ledger.appended, ledger.given), ([7, 0, 0, 0, 0, 0], 70));
        assert_eq!(figures.fates(&Figures::default()).dropped, [0, 0, 5, 0]);
        assert_eq!(figures.ledger(&figures).given, 0);
        assert_eq!(figures.sum("live_connections", &[]), 12);
    }
}

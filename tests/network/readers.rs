//! Readers at edges.

use liveroom::{CursorError, Source};

use super::{Fail, Reading, World, gist};

pub(super) struct Reader {
    pub(super) edge: usize,
    pub(super) cursor: Option<liveroom::Cursor>,
    pub(super) reading: Reading,
    /// It may have been given what the log has lost since: nothing can be said of it until it begins anew.
    pub(super) tainted: bool,
}

impl World<'_> {
    /// A reader takes what is ahead of them at their edge.
    pub(super) fn read(&mut self, number: usize) -> Result<(), Fail> {
        let reader = &mut self.readers[number];
        let stand = &mut self.edges[reader.edge];
        if stand.paused {
            return Ok(());
        }
        let Some(tail) = stand.edge.tail() else { return Ok(()) };
        let mut at = match reader.cursor {
            Some(cursor) => cursor,
            None => {
                reader.reading = Reading {
                    epoch: Some(tail.epoch()),
                    from: tail.passed(),
                    anew: reader.reading.anew,
                    ..Reading::default()
                };
                reader.cursor = Some(tail);
                reader.tainted = self.unsure.is_some();
                tail
            }
        };
        loop {
            match stand.edge.batch(&at) {
                Ok(batch) if batch.is_empty() => break,
                Ok(batch) => {
                    for entry in batch.entries() {
                        self.census.read += 1;
                        reader.reading.seen.push((entry.seq, gist(entry)));
                    }
                    for class in liveroom::Class::ALL {
                        self.census.missed += batch.missed()[class];
                        reader.reading.missed[class] += batch.missed()[class];
                    }
                    at = *batch.to();
                }
                // The edge is not as far as the reader was elsewhere: it will be.
                Err(CursorError::Future { .. }) => break,
                Err(CursorError::OtherEpoch { cursor, log }) if log > cursor => {
                    reader.reading.anew += 1;
                    reader.cursor = None;
                    return Ok(());
                }
                // An edge that has not heard of the newer epoch yet.
                Err(CursorError::OtherEpoch { .. }) => break,
                Err(_) if reader.tainted => break,
                Err(error) => return Err(Fail::new(format!("a reader was turned away: {error}"))),
            }
        }
        reader.cursor = Some(at);
        Ok(())
    }
}

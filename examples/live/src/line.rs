//! The way out to one client: a bounded outbox, one last word, and the task that writes.
//!
//! Whoever has something for the client offers it here and is never kept waiting by it: a full outbox
//! says so. The last word needs no room in the outbox, so a connection can always be ended.

use std::time::Duration;

use axum::extract::ws::{Message, Utf8Bytes};
use bytes::Bytes;
use futures_util::{Sink, SinkExt};
use serde::Deserialize;
use tokio::{
    select,
    sync::{
        mpsc::{self, error::TrySendError},
        watch,
    },
    time::{error::Elapsed, timeout},
};

use crate::protocol::host::Bye;

/// Frames that may wait to be written: at 40 entries a second more than a second's worth, however small the batches.
const OUTBOX: usize = 64;
/// Of these, what batches leave free for what one client alone is told.
const RESERVE: usize = 16;
/// So many frames may wait for one of the history to join them: one that is about to be written, and one for what must
/// not wait for that. More of the history waits in the log, where it is there once for all, and comes in one frame:
/// where writing is what takes longest, the batches grow instead of the queues.
const AHEAD: usize = 2;
/// How long a connection that ends may take to write what is left.
const FAREWELL: Duration = Duration::from_secs(3);

/// The near end of a connection's way out.
#[derive(Debug)]
pub(crate) struct Line {
    frames: mpsc::Sender<Message>,
    last: watch::Sender<Option<Utf8Bytes>>,
}

/// The far end: what the writing task takes from.
#[derive(Debug)]
pub(crate) struct Outbound {
    frames: mpsc::Receiver<Message>,
    last: watch::Receiver<Option<Utf8Bytes>>,
    /// What one is told who does not read; empty is nothing.
    slow: Utf8Bytes,
}

/// Room for one answer.
#[derive(Debug)]
pub(crate) struct Answer<'a>(mpsc::Permit<'a, Message>);

/// There is no room in the outbox now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// What of a last word is written down.
#[derive(Deserialize)]
struct LastWord {
    code: String,
}

impl Line {
    pub(crate) fn new() -> (Self, Outbound) {
        let (frames, outgoing) = mpsc::channel(OUTBOX);
        let (last, ending) = watch::channel(None);
        let outbound = Outbound { frames: outgoing, last: ending, slow: Bye::SLOW.text() };
        (Self { frames, last }, outbound)
    }

    /// For clients that know none of this host's last words.
    pub(crate) fn wordless() -> (Self, Outbound) {
        let (line, outbound) = Self::new();
        (line, Outbound { slow: Utf8Bytes::default(), ..outbound })
    }

    /// Offers what many are told: it leaves room for what this client alone is told.
    pub(crate) fn offer_shared(&self, frame: Utf8Bytes) -> Result<(), Full> {
        self.offer_made(|| frame)
    }

    /// The same, of a frame that is made only where there is room for it.
    pub(crate) fn offer_made(&self, frame: impl FnOnce() -> Utf8Bytes) -> Result<(), Full> {
        if self.has_room() { self.offer(frame()) } else { Err(Full) }
    }

    /// Whether there is room for what many are told.
    pub(crate) fn has_room(&self) -> bool {
        self.frames.capacity() > RESERVE || self.frames.is_closed()
    }

    /// Offers some of the history: only as much of it waits as is about to be written.
    pub(crate) fn offer_history(&self, frame: impl FnOnce() -> Utf8Bytes) -> Result<(), Full> {
        if self.frames.capacity() + AHEAD <= OUTBOX && !self.frames.is_closed() {
            return Err(Full);
        }
        self.offer(frame())
    }

    /// Offers a frame. A connection that has ended takes everything: nobody is left to miss it.
    pub(crate) fn offer(&self, frame: Utf8Bytes) -> Result<(), Full> {
        match self.frames.try_send(Message::Text(frame)) {
            Ok(()) | Err(TrySendError::Closed(_)) => Ok(()),
            Err(TrySendError::Full(_)) => Err(Full),
        }
    }

    /// Offers a frame of bytes, as [`offer`](Self::offer) does one of text.
    pub(crate) fn offer_bytes(&self, frame: Vec<u8>) -> Result<(), Full> {
        match self.frames.try_send(Message::Binary(frame.into())) {
            Ok(()) | Err(TrySendError::Closed(_)) => Ok(()),
            Err(TrySendError::Full(_)) => Err(Full),
        }
    }

    /// Says a frame of bytes, and waits for room.
    pub(crate) async fn say_bytes(&self, frame: Vec<u8>) {
        self.put(Message::Binary(frame.into())).await;
    }

    /// Says a frame, and waits for room: only the client's own reading waits with it.
    pub(crate) async fn say(&self, frame: Utf8Bytes) {
        self.put(Message::Text(frame)).await;
    }

    async fn put(&self, message: Message) {
        select! {
            _sent_or_gone = self.frames.send(message) => {}
            () = self.ended() => {}
        }
    }

    /// Waits for room for an answer, so that whatever is done meanwhile, it comes before the last word.
    /// `None` if the connection has ended, or is about to: then nothing is to be done any more.
    pub(crate) async fn reserve(&self) -> Option<Answer<'_>> {
        select! {
            biased;
            () = self.ended() => None,
            place = self.frames.reserve() => place.ok().map(Answer),
        }
    }

    /// Asks whether anybody is still there; if the outbox is full, the writing will tell.
    pub(crate) fn ping(&self) {
        let _full = self.frames.try_send(Message::Ping(Bytes::new()));
    }

    /// Ends the connection, without a word, after all that waits.
    pub(crate) fn end(&self) {
        self.part(Utf8Bytes::default());
    }

    /// Ends the connection, with a last word after all that waits. The first last word stands.
    pub(crate) fn part(&self, word: Utf8Bytes) {
        self.last.send_if_modified(|last| {
            let first = last.is_none();
            if first {
                *last = Some(word);
            }
            first
        });
    }

    /// Why the connection was ended, as the last word's code says it; `None` if there was none. The
    /// rest of the word may repeat what the client wrote.
    pub(crate) fn reason(&self) -> Option<String> {
        let last = self.last.borrow();
        let word: LastWord = serde_json::from_str(last.as_deref()?).ok()?;
        Some(word.code)
    }

    /// Resolves once the connection has ended, or is about to.
    pub(crate) async fn ended(&self) {
        let mut last = self.last.subscribe();
        select! {
            () = self.frames.closed() => {}
            _parted = last.wait_for(Option::is_some) => {}
        }
    }
}

impl Answer<'_> {
    pub(crate) fn say(self, frame: Utf8Bytes) {
        self.0.send(Message::Text(frame));
    }
}

impl Outbound {
    /// Writes until the connection ends. A frame that takes longer than `patience` ends it.
    ///
    /// What waits together goes out together: each time that the system is asked to write costs more than a
    /// frame's bytes do.
    pub(crate) async fn write<S>(mut self, mut sink: S, patience: Duration)
    where
        S: Sink<Message, Error = axum::Error> + Unpin,
    {
        loop {
            let message = select! {
                biased;
                _parted = self.last.wait_for(Option::is_some) => break,
                message = self.frames.recv() => message,
            };
            let Some(message) = message else { break };
            match self.write_what_waits(message, &mut sink, patience).await {
                Ok(Ok(())) => {}
                Ok(Err(_lost)) => return,
                Err(_elapsed) => {
                    // Whoever does not read will hardly read this, but may when it wakes.
                    self.frames.close();
                    if !self.slow.is_empty() {
                        let word = Message::Text(self.slow);
                        let _hardly = timeout(FAREWELL, sink.send(word)).await;
                    }
                    return;
                }
            }
        }
        let _too_slow = timeout(FAREWELL, self.take_leave(&mut sink)).await;
    }

    /// Writes a frame and those that wait behind it. The time is for each: whoever takes one has all of it for
    /// the next.
    async fn write_what_waits(
        &mut self,
        first: Message,
        sink: &mut (impl Sink<Message, Error = axum::Error> + Unpin),
        patience: Duration,
    ) -> Result<Result<(), axum::Error>, Elapsed> {
        let (mut next, mut places) = (Some(first), 1..OUTBOX);
        while let Some(message) = next {
            // The sink takes it unless more is unwritten than it keeps.
            if let Err(lost) = timeout(patience, sink.feed(message)).await? {
                return Ok(Err(lost));
            }
            next = places.next().and_then(|_| self.frames.try_recv().ok());
        }
        timeout(patience, sink.flush()).await
    }

    /// Writes what waits, the last word, and the end.
    async fn take_leave(
        &mut self,
        sink: &mut (impl Sink<Message, Error = axum::Error> + Unpin),
    ) -> Result<(), axum::Error> {
        self.frames.close();
        // Answers that are still being found are waited for.
        while let Some(message) = self.frames.recv().await {
            sink.feed(message).await?;
        }
        let word = self.last.borrow().clone().filter(|word| !word.is_empty());
        if let Some(word) = word {
            sink.feed(Message::Text(word)).await?;
        }
        sink.close().await
    }
}

/// What is written is looked at by hand.
impl Outbound {
    /// Takes what waits.
    pub(crate) fn waiting(&mut self) -> Vec<Message> {
        std::iter::from_fn(|| self.frames.try_recv().ok()).collect()
    }

    /// Takes the texts that wait.
    #[cfg(test)]
    pub(crate) fn take(&mut self) -> Vec<Utf8Bytes> {
        let texts = self.waiting().into_iter().filter_map(|message| message.into_text().ok());
        texts.collect()
    }

    pub(crate) fn last_word(&self) -> Option<Utf8Bytes> {
        self.last.borrow().clone()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::Pin,
        sync::{Arc, Mutex},
        task::{Context, Poll},
    };

    use super::*;

    #[tokio::test]
    async fn what_many_are_told_leaves_room_for_what_one_is_told() {
        let (line, mut outbound) = Line::new();
        let shared = (0..100).take_while(|_| line.offer_shared("b".into()).is_ok()).count();
        assert_eq!(shared, OUTBOX - RESERVE);
        let own = (0..100).take_while(|_| line.offer("p".into()).is_ok()).count();
        assert_eq!(own, RESERVE);
        assert!(outbound.frames.recv().await.is_some());
        assert_eq!(line.offer_shared("b".into()), Err(Full));
        assert_eq!(line.offer("p".into()), Ok(()));
    }

    #[tokio::test]
    async fn of_the_history_only_a_little_waits_in_the_outbox() {
        let (line, mut outbound) = Line::new();
        let history = || line.offer_history(|| "h".into());
        assert_eq!([history(), history(), history()], [Ok(()), Ok(()), Err(Full)]);
        assert_eq!(line.offer_shared("b".into()), Ok(()), "there is room for everything else");
        assert!(outbound.frames.recv().await.is_some());
        assert_eq!(history(), Err(Full));
        assert!(outbound.frames.recv().await.is_some());
        assert_eq!(history(), Ok(()));
    }

    /// What was taken, and a line where it was written.
    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<String>>>);

    impl Paper {
        fn put(&self, line: &str) -> Poll<Result<(), axum::Error>> {
            self.0.lock().unwrap().push(line.to_owned());
            Poll::Ready(Ok(()))
        }
    }

    impl Sink<Message> for Paper {
        type Error = axum::Error;

        fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
            Poll::Ready(Ok(()))
        }

        fn start_send(self: Pin<&mut Self>, message: Message) -> Result<(), Self::Error> {
            let _taken = self.put(message.to_text().unwrap());
            Ok(())
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
            self.put("---")
        }

        fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
            self.put("===")
        }
    }

    #[tokio::test]
    async fn what_waits_together_is_written_together() {
        let (line, outbound) = Line::new();
        let paper = Paper::default();
        for frame in ["online", "batch", "echo"] {
            line.offer(frame.into()).unwrap();
        }
        let writer = tokio::spawn(outbound.write(paper.clone(), FAREWELL));
        let written = |marks| {
            let paper = paper.clone();
            move || paper.0.lock().unwrap().iter().filter(|line| *line == "---").count() == marks
        };
        let until = async |written: &dyn Fn() -> bool| {
            while !written() {
                tokio::task::yield_now().await;
            }
        };
        until(&written(1)).await;
        line.offer("later".into()).unwrap();
        until(&written(2)).await;
        line.part("bye".into());
        writer.await.unwrap();
        let lines = ["online", "batch", "echo", "---", "later", "---", "bye", "==="];
        assert_eq!(*paper.0.lock().unwrap(), lines);
    }

    #[tokio::test]
    async fn the_first_last_word_stands_and_needs_no_room() {
        let (line, outbound) = Line::new();
        while line.offer("p".into()).is_ok() {}
        line.part("first".into());
        line.part("second".into());
        line.ended().await;
        assert_eq!(outbound.last_word(), Some("first".into()));
    }

    #[tokio::test]
    async fn a_connection_that_has_ended_takes_everything() {
        let (line, outbound) = Line::new();
        while line.offer("p".into()).is_ok() {}
        drop(outbound);
        assert_eq!((line.offer("p".into()), line.offer_shared("b".into())), (Ok(()), Ok(())));
        line.ended().await;
    }

    #[tokio::test]
    async fn an_answer_that_has_its_place_comes_before_the_last_word() {
        let (line, mut outbound) = Line::new();
        let answer = line.reserve().await.unwrap();
        line.part("bye".into());
        assert!(line.reserve().await.is_none(), "nothing more is done");
        outbound.frames.close();
        answer.say("done".into());
        let said = outbound.frames.recv().await.unwrap();
        assert_eq!(said.into_text().unwrap(), "done");
        assert!(outbound.frames.recv().await.is_none());
    }
}

//! The log of a group: a subject of the stream, to which whoever knows its last message can write.

use std::{sync::Arc, time::Duration};

use async_nats::{
    HeaderMap,
    header::NATS_EXPECTED_LAST_SUBJECT_SEQUENCE,
    jetstream::{
        Context,
        context::PublishErrorKind,
        message::StreamMessage,
        stream::{LastRawMessageErrorKind, RawMessageError, Stream},
    },
};
use tokio::time::timeout;

use super::{NatsError, counts::Counters, wire};
use crate::relay::{Fetched, Frame, FrameNo, LogSeq, Write, Written};

/// How long the server may take to store a frame until that is unknown.
const ANSWER: Duration = Duration::from_secs(2);
/// So often a reading begins anew because the log was pruned meanwhile.
const TRIES: usize = 8;
/// So many frames are read at once.
const FRAMES: usize = 256;

#[derive(Clone, Debug)]
pub(super) struct FrameLog {
    context: Context,
    stream: Stream<()>,
    subject: String,
    counters: Arc<Counters>,
}

/// What became of a frame that was to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Storing {
    Answered(Written),
    /// So many bytes are in it, and no server of these takes that many.
    TooLarge {
        bytes: usize,
        most: usize,
    },
}

impl FrameLog {
    pub(super) fn new(
        context: Context,
        stream: Stream<()>,
        subject: String,
        counters: Arc<Counters>,
    ) -> Self {
        Self { context, stream, subject, counters }
    }

    /// Stores a frame, if the log of its group ends where its writer believes.
    pub(super) async fn write(&self, write: &Write, most: usize) -> Storing {
        let frame = wire::encode(&*write.frame);
        let bytes = frame.len();
        if bytes > most {
            return Storing::TooLarge { bytes, most };
        }
        let mut headers = HeaderMap::new();
        headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, write.after.0.to_string());
        let stored = timeout(ANSWER, async {
            self.context.publish_with_headers(self.subject.clone(), headers, frame).await?.await
        });
        Storing::Answered(match stored.await {
            Ok(Ok(ack)) => {
                self.counters.stored(bytes);
                Written::Stored(LogSeq(ack.sequence))
            }
            Ok(Err(error)) if error.kind() == PublishErrorKind::WrongLastSequence => {
                self.counters.conflict();
                Written::Conflict
            }
            Ok(Err(_)) | Err(_) => {
                self.counters.unknown();
                Written::Unknown
            }
        })
    }

    /// The frames at and after a place, not all at once if they are many.
    pub(super) async fn read(&self, at: LogSeq) -> Result<Vec<(LogSeq, Frame)>, NatsError> {
        self.read_up_to(at, FRAMES).await
    }

    /// As [`read`](Self::read), and at most so many.
    pub(super) async fn read_up_to(
        &self,
        from: LogSeq,
        most: usize,
    ) -> Result<Vec<(LogSeq, Frame)>, NatsError> {
        for _ in 0..TRIES {
            let (mut frames, mut at) = (Vec::new(), from);
            while frames.len() < most
                && let Some((found, frame)) = self.next(at).await?
            {
                frames.push((found, frame));
                at = found.next();
            }
            // The log may have been pruned meanwhile, and then lacks some in the middle that nobody would miss. It loses
            // its beginning alone: where the first is still there, all are.
            let first = frames.first().map(|(found, _)| *found);
            if frames.len() < 2 || self.next(from).await?.map(|(found, _)| found) == first {
                return Ok(frames);
            }
        }
        Err(NatsError::server("hold still")("the log is pruned again and again"))
    }

    /// What the log has from frame `from` on, which was stored at `at`.
    pub(super) async fn fetch(&self, from: FrameNo, at: LogSeq) -> Result<Fetched, NatsError> {
        self.counters.fetch();
        let frames = self.read(at).await?;
        let later = |(_, frame): &(LogSeq, Frame)| frame.mark().no > from.max(FrameNo(1));
        // It is not there: because it was taken out, if nothing before it is there either.
        if frames.first().is_some_and(later)
            && self.next(LogSeq(0)).await?.as_ref().is_some_and(later)
        {
            return Ok(Fetched::Pruned);
        }
        Ok(Fetched::Frames(frames))
    }

    /// The last frame, if there is one.
    pub(super) async fn last(&self) -> Result<Option<(LogSeq, Frame)>, NatsError> {
        let found = self.stream.get_last_raw_message_by_subject(&self.subject).await;
        self.frame(found)
    }

    /// Takes out what is before a place.
    pub(super) async fn prune(&self, before: LogSeq) -> Result<(), NatsError> {
        // To the server 0 is no place, and it would take out everything.
        if before == LogSeq(0) {
            return Ok(());
        }
        let purge = self.stream.purge().filter(&*self.subject).sequence(before.0);
        purge.await.map_err(NatsError::server("prune the log"))?;
        Ok(())
    }

    /// Takes everything out.
    pub(super) async fn clear(&self) -> Result<(), NatsError> {
        let purge = self.stream.purge().filter(&*self.subject);
        purge.await.map_err(NatsError::server("clear the log"))?;
        Ok(())
    }

    /// The first frame at a place or after it. The stream's leader is asked, never a copy.
    async fn next(&self, at: LogSeq) -> Result<Option<(LogSeq, Frame)>, NatsError> {
        let found = self.stream.get_first_raw_message_by_subject(&self.subject, at.0.max(1)).await;
        self.frame(found)
    }

    fn frame(
        &self,
        found: Result<StreamMessage, RawMessageError>,
    ) -> Result<Option<(LogSeq, Frame)>, NatsError> {
        let message = match found {
            Ok(message) => message,
            Err(error) if matches!(error.kind(), LastRawMessageErrorKind::NoMessageFound) => {
                return Ok(None);
            }
            Err(error) => return Err(NatsError::server("read the log")(error)),
        };
        let frame = wire::decode(&message.payload).map_err(|wire::Malformed| {
            self.counters.malformed();
            NatsError::Malformed { what: format!("message {} of the log", message.sequence) }
        })?;
        Ok(Some((LogSeq(message.sequence), frame)))
    }
}

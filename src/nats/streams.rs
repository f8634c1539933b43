//! What is made at the server where it is not there yet.

use std::time::Duration;

use async_nats::{
    Client, HeaderMap, Request,
    header::NATS_EXPECTED_STREAM,
    jetstream::{
        Context, ErrorCode, context::CreateStreamErrorKind, kv, object_store::ObjectStore, stream,
    },
};
use tokio::time::sleep;

use super::{NatsError, Refused, names::Names};
use crate::clock::Clock;

/// How long a stream may take until it is there and takes writes: several servers agree on a leader first.
const BEGINS: Duration = Duration::from_secs(20);
/// How long one question whether it does may have no answer.
const ANSWERS: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(20);

/// Makes streams, each with so many copies. Single values are asked of whoever leads their stream: another copy may answer
/// with what was there before.
pub(super) struct Streams<'a> {
    pub(super) client: &'a Client,
    pub(super) context: &'a Context,
    pub(super) names: &'a Names,
    pub(super) clock: &'a Clock,
    pub(super) replicas: usize,
}

impl Streams<'_> {
    /// The log of all groups, of at most so many bytes.
    pub(super) async fn log(
        &self,
        max_bytes: Option<u64>,
    ) -> Result<stream::Stream<()>, NatsError> {
        let config = stream::Config {
            name: self.names.stream(),
            subjects: vec![self.names.logs()],
            max_bytes: max_bytes.and_then(|bytes| i64::try_from(bytes).ok()).unwrap_or(-1),
            deny_delete: true,
            ..stream::Config::default()
        };
        self.make(config).await?;
        let stream = self.context.get_stream_no_info(self.names.stream()).await;
        stream.map_err(NatsError::server("give the stream"))
    }

    /// A bucket of values, of each of which the newest alone is kept.
    pub(super) async fn bucket(&self, name: String) -> Result<kv::Store, NatsError> {
        let config = stream::Config {
            name: format!("KV_{name}"),
            subjects: vec![format!("$KV.{name}.>")],
            max_messages_per_subject: 1,
            allow_rollup: true,
            deny_delete: true,
            ..stream::Config::default()
        };
        self.make(config).await?;
        let bucket = self.context.get_key_value(name).await;
        bucket.map_err(NatsError::server("give a bucket"))
    }

    /// A store of things that are larger than a message.
    pub(super) async fn objects(&self, name: String) -> Result<ObjectStore, NatsError> {
        let config = stream::Config {
            name: format!("OBJ_{name}"),
            subjects: vec![format!("$O.{name}.C.>"), format!("$O.{name}.M.>")],
            allow_rollup: true,
            ..stream::Config::default()
        };
        self.make(config).await?;
        let objects = self.context.get_object_store(&name).await;
        objects.map_err(NatsError::server("give the store of checkpoints"))
    }

    async fn make(&self, config: stream::Config) -> Result<(), NatsError> {
        let subjects = config.subjects.clone();
        let config = stream::Config {
            num_replicas: self.replicas,
            // Rather nothing new than something old less.
            discard: stream::DiscardPolicy::New,
            ..config
        };
        let begun = self.clock.now();
        let there = loop {
            match self.context.get_or_create_stream(config.clone()).await {
                Ok(stream) => break stream.cached_info().config.clone(),
                Err(error) if is_lacking(error.kind()) => return Err(Refused::NoJetStream.into()),
                Err(error) if !passes(error.kind()) || self.clock.now().since(begun) > BEGINS => {
                    return Err(NatsError::server("make a stream")(error));
                }
                Err(_) => sleep(PAUSE).await,
            }
        };
        // One that somebody else has made may let copies answer.
        if there.allow_direct {
            let config = stream::Config { allow_direct: false, ..there };
            let updated = self.context.update_stream(config).await;
            updated.map_err(NatsError::server("let the leader of a stream alone answer"))?;
        }
        for subject in subjects {
            self.takes_writes(subject.replace(['*', '>'], "-")).await?;
        }
        Ok(())
    }

    /// Waits until writes under a subject find their stream. What is sent is for a stream of another name, so that it
    /// is answered and not stored.
    async fn takes_writes(&self, subject: String) -> Result<(), NatsError> {
        let mut headers = HeaderMap::new();
        headers.insert(NATS_EXPECTED_STREAM, "-");
        let begun = self.clock.now();
        loop {
            let asked = Request::new().headers(headers.clone()).timeout(Some(ANSWERS));
            match self.client.send_request(subject.clone(), asked).await {
                Ok(_refused) => return Ok(()),
                Err(error) if self.clock.now().since(begun) > BEGINS => {
                    return Err(NatsError::server("take writes")(error));
                }
                Err(_) => sleep(PAUSE).await,
            }
        }
    }
}

/// Whether there is no `JetStream` for this account.
fn is_lacking(error: CreateStreamErrorKind) -> bool {
    match error {
        CreateStreamErrorKind::JetStreamUnavailable => true,
        CreateStreamErrorKind::JetStream(error) => {
            [ErrorCode::JETSTREAM_NOT_ENABLED, ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT]
                .contains(&error.error_code())
        }
        _ => false,
    }
}

/// Whether servers may do it as soon as they know each other and who leads.
fn passes(error: CreateStreamErrorKind) -> bool {
    match error {
        CreateStreamErrorKind::TimedOut => true,
        CreateStreamErrorKind::JetStream(error) => {
            // Servers that do not know each other yet say that there is none to lead, or too few.
            let code = error.error_code();
            error.code() == 503 && code != ErrorCode::INSUFFICIENT_RESOURCES
                || code == ErrorCode::CLUSTER_NO_PEERS
                || code == ErrorCode::STREAM_OFFLINE
        }
        _ => false,
    }
}

//! What the host says.

use std::{borrow::Cow, sync::Arc};

use axum::extract::ws::Utf8Bytes;
use liveroom::{Cursor, Message, Seq};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    FRAME_BYTES, Missed, RoleName, Until, VERSION,
    answers::{Code, Standing},
    deeds::Done,
    drawing::Piece,
    entries::WireEntry,
    moderation::{Previewed, WireAudit, WireChain},
    panel::{Ask, BriefLife, PanelFrame, WireTotals},
    welcome::Welcome,
};

/// A frame from the host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub(crate) enum HostFrame<'a> {
    Welcome(Box<Welcome>),
    Refused {
        of: Cow<'static, str>,
        #[serde(flatten)]
        refused: Refused,
    },
    Batch {
        missed: Missed,
        entries: Vec<WireEntry<'a>>,
        cursor: Value,
    },
    /// What has been drawn, or a part of it.
    Board {
        pieces: Cow<'a, [Piece]>,
        position: u64,
        more: bool,
        trimmed: u64,
        #[serde(default, skip_serializing_if = "is_false")]
        reset: bool,
    },
    Receipt {
        id: u64,
        random: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<u64>,
        #[serde(flatten)]
        standing: Standing,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duplicate: Option<bool>,
    },
    Ended {
        random: Option<u32>,
        message: u64,
        #[serde(flatten)]
        standing: Standing,
    },
    /// The answer to a `do`.
    Done {
        id: u64,
        #[serde(flatten)]
        done: Done,
    },
    /// The figures of the owner's panel.
    Panel(Box<PanelFrame>),
    /// The totals of the last two minutes, for one who begins to watch.
    Past {
        totals: Vec<WireTotals>,
    },
    /// What ended since the last of these.
    Lives {
        lives: Vec<BriefLife>,
        more: u64,
    },
    Ask(Box<Ask>),
    /// That question is not open any more.
    Asked {
        ticket: u64,
    },
    /// What only the staff see, and for how long.
    Previews {
        previews: Vec<Previewed>,
        more: u64,
    },
    /// What was done about people and messages since the last of these.
    Audit {
        records: Vec<WireAudit>,
        chain: WireChain,
    },
    /// Messages of the reader's own that nobody else is shown.
    Echo {
        after: u64,
        entries: Vec<WireEntry<'a>>,
    },
    Direct {
        after: u64,
        notice: Directed<'a>,
    },
    Order {
        after: u64,
        r#do: Cow<'static, str>,
    },
    Online {
        online: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gifts: Option<u64>,
    },
    Pong {
        now: u64,
    },
    Bye(Bye),
    Error(Fault),
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_false(it: &bool) -> bool {
    !it
}

/// A frame as it is written, with the protocol's version before it.
#[derive(Serialize, Deserialize)]
struct Versioned<F> {
    v: u64,
    #[serde(flatten)]
    frame: F,
}

impl<'a> HostFrame<'a> {
    /// The frame as JSON.
    pub(crate) fn encode(&self) -> String {
        serde_json::to_string(&Versioned { v: VERSION, frame: self })
            .expect("our own frames have keys that are words, and no floats")
    }

    /// The frame as a WebSocket's text.
    pub(crate) fn text(&self) -> Utf8Bytes {
        self.encode().into()
    }

    /// All that readers at one cursor are given at once.
    pub(crate) fn batch(batch: &'a liveroom::Batch) -> Self {
        let entries = batch.entries().iter().filter_map(|entry| WireEntry::of(entry)).collect();
        Self::Batch { missed: batch.missed().into(), entries, cursor: written(batch.to()) }
    }

    /// Messages of the reader's own that nobody else is shown, after so much of the history.
    pub(crate) fn echo(after: Seq, messages: &'a [Arc<Message>]) -> Self {
        let entries = messages.iter().map(|message| WireEntry::echo(after, message)).collect();
        Self::Echo { after: after.0, entries }
    }

    /// Reads a frame again, as a client would.
    pub(crate) fn decode(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text).map(|Versioned { frame, v: _ }| frame)
    }
}

/// A cursor as the client keeps it.
pub(crate) fn written(cursor: &Cursor) -> Value {
    serde_json::to_value(cursor).expect("a cursor is plain numbers")
}

/// Why a command was turned away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Refused {
    pub(crate) code: Code,
    pub(crate) why: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<Value>,
}

/// A notice for one session alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Directed<'a> {
    Custom { field: Cow<'a, str> },
    Kicked { reason: Cow<'a, str> },
    Warned { strikes: u32, reason: Cow<'a, str> },
    Banned { until: Until, reason: Cow<'a, str> },
    Role { role: RoleName },
    Applied { user: Cow<'a, str>, note: Cow<'a, str> },
    Admitted,
    Declined,
    QuitElsewhere,
}

/// The host's last word: it closes after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bye {
    code: Cow<'static, str>,
    why: Cow<'static, str>,
    may_reconnect: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after_ms: Option<u64>,
}

impl Bye {
    pub(crate) const QUIT: Self = Self::for_good("quit", "you left");
    pub(crate) const QUIT_ELSEWHERE: Self = Self::for_good("quit_elsewhere", "you left elsewhere");
    pub(crate) const KICKED: Self = Self::for_good("kicked", "you were removed");
    pub(crate) const BANNED: Self = Self::for_good("banned", "you are banned");
    pub(crate) const DECLINED: Self = Self::for_good("declined", "the staff turned you down");
    pub(crate) const DISBANDED: Self = Self::for_good("disbanded", "the group has ended");
    pub(crate) const REPLACED: Self =
        Self::for_good("replaced", "a newer connection took this session over");
    pub(crate) const SLOW: Self = Self::for_now("slow", "this connection fell too far behind", 0);
    pub(crate) const TOO_FAST: Self =
        Self::for_now("too_fast", "more frames came than are allowed", 5_000);
    pub(crate) const RESTART: Self = Self::for_now("restart", "the host restarts", 2_000);
    pub(crate) const IDLE: Self = Self::for_now("idle", "nothing was heard for too long", 0);
    /// What was sent last may count or not: the client comes back, and sends it again.
    pub(crate) const NOT_KEPT: Self =
        Self::for_now("not_kept", "the host's disk takes nothing at the moment", 2_000);
    /// On many machines.
    pub(crate) const NO_HOME: Self =
        Self::for_now("busy", "the room's home does not answer at the moment", 2_000);
    pub(crate) const BUSY: Self = Self::for_now("busy", "the host is full", 10_000);

    const fn for_good(code: &'static str, why: &'static str) -> Self {
        let (code, why) = (Cow::Borrowed(code), Cow::Borrowed(why));
        Self { code, why, may_reconnect: false, after_ms: None }
    }

    const fn for_now(code: &'static str, why: &'static str, millis: u64) -> Self {
        let (code, why) = (Cow::Borrowed(code), Cow::Borrowed(why));
        let after_ms = if millis == 0 { None } else { Some(millis) };
        Self { code, why, may_reconnect: true, after_ms }
    }

    /// The frame as a WebSocket's text.
    pub(crate) fn text(self) -> Utf8Bytes {
        HostFrame::Bye(self).text()
    }
}

/// A frame was not of this protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fault {
    code: Cow<'static, str>,
    why: String,
    pub(crate) fatal: bool,
}

impl Fault {
    pub(crate) fn malformed(why: String) -> Self {
        Self::fatal("malformed", why)
    }

    pub(crate) fn too_large() -> Self {
        Self::fatal("too_large", format!("a frame has at most {FRAME_BYTES} bytes"))
    }

    pub(crate) fn binary() -> Self {
        Self::fatal("binary", "a frame is a text message, not a binary one".to_owned())
    }

    pub(crate) fn version(theirs: u64) -> Self {
        Self::fatal("version", format!("this host speaks version {VERSION}, not {theirs}"))
    }

    pub(crate) fn join_first() -> Self {
        Self::fatal("join_first", "the first frame is a join".to_owned())
    }

    pub(crate) fn joined_already() -> Self {
        Self::fatal("joined_already", "this connection has joined already".to_owned())
    }

    pub(crate) fn no_group() -> Self {
        Self::fatal("no_group", "this host has no such group".to_owned())
    }

    pub(crate) fn unknown_type(theirs: &str) -> Self {
        // Enough to know it by; the rest is the client's own.
        let theirs: String = theirs.chars().take(32).collect();
        let why = format!("this host knows no frame {theirs:?}");
        Self { fatal: false, ..Self::fatal("unknown_type", why) }
    }

    fn fatal(code: &'static str, why: String) -> Self {
        Self { code: code.into(), why, fatal: true }
    }

    /// The frame as a WebSocket's text.
    pub(crate) fn text(self) -> Utf8Bytes {
        HostFrame::Error(self).text()
    }

    #[cfg(test)]
    pub(crate) fn word(&self) -> &'static str {
        match &self.code {
            Cow::Borrowed(word) => word,
            Cow::Owned(_) => "",
        }
    }
}

//! The audit trail, as watchers are told of it.

use axum::extract::ws::Utf8Bytes;
use liveroom::audit::AuditRecord;

use crate::{
    house::House,
    line::{Full, Line},
    protocol::{
        host::HostFrame,
        moderation::{WireAudit, WireChain},
    },
    room::Room,
};

/// Records in one frame.
const AT_ONCE: usize = 64;

/// Up to which record one watcher was told; `None` before the first frame.
#[derive(Debug, Default)]
pub(super) struct Heard(Option<u64>);

impl Heard {
    /// Whether there is something that this watcher was not told.
    pub(super) fn lacks(&self, last: u64) -> bool {
        self.0.is_none_or(|heard| heard < last)
    }

    /// Tells a watcher what was done since, the oldest first, as far as there is room.
    pub(super) fn tell(
        &mut self,
        house: &House,
        room: &Room,
        chain: &WireChain,
        line: &Line,
    ) -> Result<(), Full> {
        if !line.has_room() {
            return Err(Full);
        }
        let new: Vec<AuditRecord> =
            room.trail().after(self.0.unwrap_or_default()).cloned().collect();
        if new.is_empty() {
            line.offer_shared(audit(Vec::new(), chain))?;
            self.0 = Some(0);
        }
        for some in new.chunks(AT_ONCE) {
            let records = || some.iter().map(|record| told(house, room, record)).collect();
            line.offer_made(|| audit(records(), chain))?;
            self.0 = some.last().map(|record| record.no);
        }
        Ok(())
    }
}

fn audit(records: Vec<WireAudit>, chain: &WireChain) -> Utf8Bytes {
    HostFrame::Audit { records, chain: chain.clone() }.text()
}

fn told(house: &House, room: &Room, record: &AuditRecord) -> WireAudit {
    let word = record.evidence.term.and_then(|term| {
        // Lists change: it is called as it was when its message was judged.
        let about = record.evidence.messages.first();
        let judged = about.and_then(|message| house.read(room, |group| group.explain(*message)));
        let judged = judged.map_or(record.at, |life| life.accepted);
        room.words().word(judged, term).map(str::to_owned)
    });
    let mut told = house.read(room, |group| WireAudit::of(group, record, word));
    told.call(|user, nick| room.voices().call(user, nick));
    told
}

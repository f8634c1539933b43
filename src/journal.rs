//! Playing a journal back.
//!
//! A group is a pure function of its accepted commands and the time, so a journal from its beginning,
//! or from a snapshot, leads to the same group, and to the same outputs.

use thiserror::Error;

use crate::{
    command::Receipt,
    group::{BEHAVIOUR, Group},
    id::RecordNo,
    output::{Output, Record},
    refusal::Refusal,
};

/// Why a journal cannot be played back on a group.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// A record was made by a behaviour that this crate does not know.
    #[error("record {no} is of behaviour {found}, this crate knows {BEHAVIOUR}")]
    Behaviour {
        /// Which record.
        no: RecordNo,
        /// The version it names.
        found: u32,
    },
    /// A record is missing, or comes twice.
    #[error("record {found} comes where {expected} should")]
    Gap {
        /// The number that should come.
        expected: RecordNo,
        /// The number that came.
        found: RecordNo,
    },
    /// The group refuses what it accepted then: the journal is of another group, or begins elsewhere.
    #[error("record {no} is refused: {refusal}")]
    Refused {
        /// Which record.
        no: RecordNo,
        /// Why.
        refusal: Refusal,
    },
}

/// Plays records back on `group`, which must stand where they begin, and hands every output to `tell`,
/// those first that wait on it already.
///
/// The group keeps its own journal on, so the outputs are those of then, records included.
///
/// Of filters, only the last few stay installed. Where a record is refused with
/// [`Refusal::UnknownFilter`], install the filter that it names and play on from that record.
///
/// ```
/// use liveroom::{
///     Author, Command, Epoch, Group, GroupConfig, GroupId, HashKey, Output, Timestamp, replay,
/// };
///
/// let start = || -> Result<Group, Box<dyn std::error::Error>> {
///     let mut settings = GroupConfig::livestream().settings().clone();
///     settings.journal = true;
///     let id = GroupId::custom("friday")?;
///     let key = HashKey::new(1, 2);
///     Ok(Group::new(id, None, settings.build()?, Epoch(1), key, Timestamp::ZERO))
/// };
/// let mut live = start()?;
/// live.push(Timestamp::from_secs(1), Author::App, Command::notice("we start at nine"))?;
/// let told: Vec<Output> = std::iter::from_fn(|| live.poll()).collect();
/// let records = told.iter().filter_map(|output| match output {
///     Output::Record(record) => Some(record.clone()),
///     _ => None,
/// });
///
/// let mut again = start()?;
/// let mut repeated = Vec::new();
/// replay(&mut again, records, |output| repeated.push(output))?;
/// assert_eq!(again.digest(), live.digest());
/// assert_eq!(repeated, told);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ReplayError`] names the record at which it stopped; the group stands where that one begins.
pub fn replay(
    group: &mut Group,
    records: impl IntoIterator<Item = Record>,
    mut tell: impl FnMut(Output),
) -> Result<(), ReplayError> {
    // What a snapshot brought along was told before, and must not take up room.
    while let Some(output) = group.poll() {
        tell(output);
    }
    for record in records {
        play(group, record)?;
        while let Some(output) = group.poll() {
            tell(output);
        }
    }
    Ok(())
}

/// Plays one record back on a group that stands where it begins; its outputs are left to be polled. A
/// command is answered as then.
pub(crate) fn play(group: &mut Group, record: Record) -> Result<Option<Receipt>, ReplayError> {
    let no = record.no;
    if record.behaviour != BEHAVIOUR {
        return Err(ReplayError::Behaviour { no, found: record.behaviour });
    }
    let expected = RecordNo(group.last_record().0.saturating_add(1));
    if no != expected {
        return Err(ReplayError::Gap { expected, found: no });
    }
    group.replay(record).map_err(|refusal| ReplayError::Refused { no, refusal })
}

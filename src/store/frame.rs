//! Bytes as they stand in the store: each piece says where it belongs, how long it is and what it sums up to.
//!
//! A record: length, checksum, number of its commit and version of the behaviour, then the record. A piece of a
//! snapshot, and a thing of the host's: checksum, then the bytes. The checksum covers the place, too, so that nothing is
//! taken for its neighbour.

use crc32fast::Hasher;
use serde::Serialize;

use super::{Damage, GroupNo, StoreError};
use crate::{
    group::{BEHAVIOUR, Snapshot},
    id::RecordNo,
    output::Record,
};

/// Length, checksum, number of the commit, version of the behaviour.
const HEADER: usize = 4 + 4 + 8 + 4;
/// Bytes of a snapshot in one piece: written between two commits of records, so that they never wait long.
const PIECE: usize = 256 * 1_024;
/// The most that a record may be long; a command is far shorter.
const MOST: usize = 64 * 1_024 * 1_024;

/// Plain data as bytes.
pub(super) fn plain(data: &impl Serialize) -> Vec<u8> {
    postcard::to_allocvec(data).expect("plain data is written into memory")
}

/// A record as bytes, to be framed when it is written.
pub(super) fn of_record(record: &Record) -> Result<Vec<u8>, StoreError> {
    let bytes = plain(record);
    if bytes.len() > MOST {
        return Err(StoreError::TooLong { bytes: bytes.len(), limit: MOST });
    }
    Ok(bytes)
}

/// A record of that group and number, which goes with that commit.
pub(super) fn framed(
    group: GroupNo,
    no: RecordNo,
    (commit, behaviour): (u64, u32),
    bytes: &[u8],
) -> Vec<u8> {
    // No record is longer than `MOST`.
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let sum = record_sum(group, no, [length.into(), commit, behaviour.into()], bytes);
    let mut frame = Vec::with_capacity(HEADER + bytes.len());
    frame.extend(length.to_le_bytes());
    frame.extend(sum.to_le_bytes());
    frame.extend(commit.to_le_bytes());
    frame.extend(behaviour.to_le_bytes());
    frame.extend(bytes);
    frame
}

/// The record in a frame, which stands in the store as that one.
pub(super) fn record(group: GroupNo, no: RecordNo, frame: &[u8]) -> Result<Record, Damage> {
    let (length, rest) = frame.split_first_chunk().ok_or(Damage::Length)?;
    let (sum, rest) = rest.split_first_chunk().ok_or(Damage::Length)?;
    let (commit, rest) = rest.split_first_chunk().ok_or(Damage::Length)?;
    let (behaviour, bytes) = rest.split_first_chunk().ok_or(Damage::Length)?;
    let (length, commit) = (u32::from_le_bytes(*length), u64::from_le_bytes(*commit));
    let behaviour = u32::from_le_bytes(*behaviour);
    if usize::try_from(length).map_or(true, |length| length != bytes.len() || length > MOST) {
        return Err(Damage::Length);
    }
    if u32::from_le_bytes(*sum)
        != record_sum(group, no, [length.into(), commit, behaviour.into()], bytes)
    {
        return Err(Damage::Checksum);
    }
    // What another version wrote need not be read as this one would.
    if behaviour != BEHAVIOUR {
        return Err(Damage::Behaviour(behaviour));
    }
    let (record, rest) =
        postcard::take_from_bytes::<Record>(bytes).map_err(|_| Damage::Unreadable)?;
    if record.no == no && rest.is_empty() { Ok(record) } else { Err(Damage::Unreadable) }
}

fn record_sum(group: GroupNo, no: RecordNo, header: [u64; 3], bytes: &[u8]) -> u32 {
    let mut sum = Hasher::new();
    for part in [group.0, no.0].into_iter().chain(header) {
        sum.update(&part.to_le_bytes());
    }
    sum.update(bytes);
    sum.finalize()
}

/// A snapshot piece by piece, numbered from 0; returns how many bytes it has.
pub(super) fn pieces(
    no: i64,
    snapshot: &Snapshot,
    mut write: impl FnMut(u32, &[u8]) -> Result<(), StoreError>,
) -> Result<u64, StoreError> {
    let bytes = plain(snapshot);
    let mut frame = Vec::with_capacity(4 + PIECE.min(bytes.len()));
    for (at, piece) in (0..).zip(bytes.chunks(PIECE)) {
        frame.clear();
        frame.extend(piece_sum(no, at, piece).to_le_bytes());
        frame.extend(piece);
        write(at, &frame)?;
    }
    Ok(bytes.len() as u64)
}

/// The bytes of a piece of that snapshot are added to those of the ones before it, `length` in all at most.
pub(super) fn piece(
    (no, at): (i64, u32),
    frame: &[u8],
    length: u64,
    into: &mut Vec<u8>,
) -> Result<(), Damage> {
    let (sum, bytes) = frame.split_first_chunk().ok_or(Damage::Length)?;
    if (into.len() as u64).saturating_add(bytes.len() as u64) > length {
        return Err(Damage::Length);
    }
    if u32::from_le_bytes(*sum) != piece_sum(no, at, bytes) {
        return Err(Damage::Checksum);
    }
    into.extend(bytes);
    Ok(())
}

/// The snapshot whose bytes these are.
pub(super) fn snapshot(bytes: &[u8], length: u64) -> Result<Snapshot, Damage> {
    if bytes.len() as u64 != length {
        return Err(Damage::Length);
    }
    postcard::from_bytes(bytes).map_err(|_| Damage::Unreadable)
}

fn piece_sum(no: i64, at: u32, bytes: &[u8]) -> u32 {
    let mut sum = Hasher::new();
    sum.update(&no.to_le_bytes());
    sum.update(&at.to_le_bytes());
    sum.update(bytes);
    sum.finalize()
}

/// Something of the host's, under that name.
pub(super) fn of_thing(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut frame = thing_sum(name, bytes).to_le_bytes().to_vec();
    frame.extend(bytes);
    frame
}

pub(super) fn thing(name: &str, mut frame: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    let damaged =
        || StoreError::Damaged(format!("what is kept as {name} is not what was put there"));
    let (sum, bytes) = frame.split_first_chunk().ok_or_else(damaged)?;
    if u32::from_le_bytes(*sum) != thing_sum(name, bytes) {
        return Err(damaged());
    }
    Ok(frame.split_off(4))
}

fn thing_sum(name: &str, bytes: &[u8]) -> u32 {
    let mut sum = Hasher::new();
    sum.update(&(name.len() as u64).to_le_bytes());
    sum.update(name.as_bytes());
    sum.update(bytes);
    sum.finalize()
}

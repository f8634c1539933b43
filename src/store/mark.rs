//! How far the store has acknowledged, written beside the database.
//!
//! The database can come back shorter than it was, and look whole. The mark is written after each commit, and is never
//! ahead of one.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
    sync::OnceLock,
};

use super::database::private;

#[derive(Debug)]
pub(super) struct Mark {
    file: File,
    acknowledged: u64,
}

impl Mark {
    pub(super) fn open(dir: &Path) -> io::Result<Self> {
        let path = dir.join("acknowledged");
        let mut file = private(&path)?;
        let mut bytes = [0; 12];
        let acknowledged = match file.read_exact(&mut bytes) {
            Ok(()) => number(&bytes),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => None,
            Err(error) => return Err(error),
        };
        Ok(Self { file, acknowledged: acknowledged.unwrap_or(0) })
    }

    /// The number of the last change that was acknowledged.
    pub(super) fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// Everything up to that change is acknowledged.
    pub(super) fn note(&mut self, seq: u64) -> io::Result<()> {
        let mut bytes = [0; 12];
        let (number, sum) = bytes.split_at_mut(8);
        number.copy_from_slice(&seq.to_le_bytes());
        sum.copy_from_slice(&crc32fast::hash(number).to_le_bytes());
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&bytes)?;
        self.acknowledged = seq;
        Ok(())
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}

/// The number in a mark; of one that was torn there is none.
fn number(bytes: &[u8; 12]) -> Option<u64> {
    let (number, sum) = bytes.split_first_chunk::<8>()?;
    let whole = *sum == crc32fast::hash(number).to_le_bytes();
    let number = u64::from_le_bytes(*number);
    // No store comes so far.
    (whole && number < u64::MAX / 4).then_some(number)
}

/// Which run of the system this is; `None` where it does not say.
pub(super) fn boot() -> Option<&'static str> {
    static BOOT: OnceLock<Option<String>> = OnceLock::new();
    let told = || fs::read_to_string("/proc/sys/kernel/random/boot_id");
    BOOT.get_or_init(|| told().ok().map(|text| text.trim().to_owned())).as_deref()
}

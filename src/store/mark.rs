//! How far the store has acknowledged, written beside the database.
//!
//! The database can come back shorter than it was, and look whole. The mark is written after each commit, and so is at
//! most one commit behind; it is never ahead.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
    sync::OnceLock,
};

#[derive(Debug)]
pub(super) struct Mark {
    file: File,
    acknowledged: u64,
}

impl Mark {
    pub(super) fn open(dir: &Path) -> io::Result<Self> {
        let path = dir.join("acknowledged");
        let mut file =
            File::options().create(true).truncate(false).read(true).write(true).open(path)?;
        let mut bytes = [0; 12];
        let acknowledged = file.read_exact(&mut bytes).ok().and_then(|()| number(&bytes));
        Ok(Self { file, acknowledged: acknowledged.unwrap_or(0) })
    }

    /// The number of the last record that was acknowledged by whoever had the store before.
    pub(super) fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// Everything up to that record is acknowledged.
    pub(super) fn note(&mut self, seq: u64) -> io::Result<()> {
        self.acknowledged = seq;
        let mut bytes = [0; 12];
        let (number, sum) = bytes.split_at_mut(8);
        number.copy_from_slice(&seq.to_le_bytes());
        sum.copy_from_slice(&crc32fast::hash(number).to_le_bytes());
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&bytes)
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}

/// The number in a mark; of one that was torn there is none.
fn number(bytes: &[u8; 12]) -> Option<u64> {
    let (number, sum) = bytes.split_first_chunk::<8>()?;
    let whole = *sum == crc32fast::hash(number).to_le_bytes();
    whole.then(|| u64::from_le_bytes(*number))
}

/// Which run of the system this is. Where it does not say, each process is taken for a new one.
pub(super) fn boot() -> &'static str {
    static BOOT: OnceLock<String> = OnceLock::new();
    BOOT.get_or_init(|| {
        let told = fs::read_to_string("/proc/sys/kernel/random/boot_id");
        told.map_or_else(
            |_| format!("process {}", std::process::id()),
            |text| text.trim().to_owned(),
        )
    })
}

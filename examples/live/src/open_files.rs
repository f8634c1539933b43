//! How many files the system lets this process have open: each connection is one.

use std::io;

use rlimit::Resource;

/// Raises this process's own limit of open files as far as it may, and says how far that is.
///
/// Most systems let a process begin with a fraction of what it may have.
///
/// # Errors
/// The system does not say, or does not let it.
pub fn raise_open_files() -> io::Result<u64> {
    let (soft, hard) = Resource::NOFILE.get()?;
    if soft < hard {
        Resource::NOFILE.set(hard, hard)?;
    }
    Ok(hard)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_files_may_be_open_as_the_system_allows() {
        let (_, hard) = Resource::NOFILE.get().unwrap();
        Resource::NOFILE.set(hard.min(512), hard).unwrap();
        assert_eq!(raise_open_files().unwrap(), hard);
        assert_eq!(Resource::NOFILE.get().unwrap(), (hard, hard));
    }
}

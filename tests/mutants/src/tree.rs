//! A copy of the repository to weave into, and what tells whether it has changed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Result, process};

/// The copy, and what is in it.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) copy: PathBuf,
    /// By path, the text of each source file of the library, as it was written.
    pub(crate) sources: BTreeMap<String, String>,
    /// Tells one state of the library and its tests from another.
    pub(crate) hash: u64,
}

impl Tree {
    /// Copies what git knows of, or would; files of the library only where they are not there yet,
    /// since they are about to be woven.
    pub(crate) fn copy(root: &Path, copy: &Path) -> Result<Self> {
        let files = files(root)?;
        let mut sources = BTreeMap::new();
        let mut hasher = DefaultHasher::new();
        for file in &files {
            let content = fs::read(root.join(file))?;
            let is_source = file.starts_with("src/") && has_extension(file, "rs");
            if is_source || (file.starts_with("tests/") && !file.starts_with("tests/mutants/")) {
                (file, &content).hash(&mut hasher);
            }
            if is_source {
                sources.insert(file.clone(), String::from_utf8(content)?);
            } else {
                write(&copy.join(file), &content)?;
            }
        }
        for folder in ["src", "tests"] {
            prune(copy, &copy.join(folder), &files)?;
        }
        let hash = hasher.finish();
        Ok(Self { copy: copy.to_owned(), sources, hash })
    }

    /// Tells one state of a source file from another.
    pub(crate) fn hash_of(&self, file: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.sources.get(file).hash(&mut hasher);
        hasher.finish()
    }
}

/// Writes a file unless it says the same already, so that what hangs on it is not built again.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == content) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(fs::write(path, content)?)
}

fn files(root: &Path) -> Result<BTreeSet<String>> {
    let mut git = Command::new("git");
    git.current_dir(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = String::from_utf8(process::output(&mut git)?)?;
    let names = listed.split('\0').filter(|name| root.join(name).is_file());
    Ok(names.map(str::to_owned).collect())
}

/// Removes from the copy what is not in the repository any more.
fn prune(copy: &Path, folder: &Path, files: &BTreeSet<String>) -> Result<()> {
    let Ok(items) = fs::read_dir(folder) else { return Ok(()) };
    for item in items {
        let path = item?.path();
        if path.is_dir() {
            prune(copy, &path, files)?;
        } else if !files.contains(&*path.strip_prefix(copy)?.to_string_lossy()) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn has_extension(file: &str, extension: &str) -> bool {
    Path::new(file).extension().is_some_and(|it| it == extension)
}

//! The page's files: built in, or read from a folder while somebody works on them.
//!
//! Only what was there when the host was built is ever served, so no request can name another file.

use std::{io, path::PathBuf};

use bytes::Bytes;
use include_dir::{Dir, include_dir};
use tokio::task::spawn_blocking;

static PAGE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/page");

/// One file of the page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct File {
    /// What it is, as `Content-Type` says it.
    pub(crate) kind: &'static str,
    /// How it is called in the page's folder, with `/` between the parts.
    name: &'static str,
    content: &'static [u8],
}

impl File {
    /// Where it is served: as it is called, but a page without its ending, and the first one at the root.
    pub(crate) fn address(&self) -> String {
        match self.name.strip_suffix(".html") {
            Some("index") => "/".to_owned(),
            Some(page) => format!("/{page}"),
            None => format!("/{}", self.name),
        }
    }
}

/// Every file of the page.
pub(crate) fn files() -> Vec<File> {
    let mut found = Vec::new();
    let mut folders = vec![&PAGE];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        found.extend(folder.files().filter_map(|file| {
            let name = file.path().to_str()?;
            let kind = match file.path().extension()?.to_str()? {
                "html" => "text/html; charset=utf-8",
                "js" => "text/javascript; charset=utf-8",
                "css" => "text/css; charset=utf-8",
                "svg" => "image/svg+xml",
                // What a page does not consist of is not served.
                _ => return None,
            };
            Some(File { kind, name, content: file.contents() })
        }));
    }
    found
}

/// Where the files come from.
#[derive(Debug)]
pub(crate) struct Files {
    folder: Option<PathBuf>,
}

impl Files {
    /// From a folder, or as they were built in.
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// The content of one file; from a folder as it is there now.
    pub(crate) async fn read(&self, file: File) -> io::Result<Bytes> {
        let Some(folder) = &self.folder else {
            return Ok(Bytes::from_static(file.content));
        };
        let path = folder.join(file.name);
        let read = spawn_blocking(move || std::fs::read(path)).await.map_err(io::Error::other)?;
        read.map(Bytes::from)
    }
}

//! The page's files: built in, or read from a folder while somebody works on them.
//!
//! Only what the table names is ever read, so no request can name another file.

use std::{io, path::PathBuf};

use bytes::Bytes;
use tokio::task::spawn_blocking;

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// One file of the page.
#[derive(Debug)]
pub(crate) struct File {
    /// Where it is served.
    pub(crate) path: &'static str,
    /// What it is, as `Content-Type` says it.
    pub(crate) kind: &'static str,
    /// How it is called in the page's folder.
    name: &'static str,
    content: &'static str,
}

macro_rules! files {
    ($($path:literal: $type:ident $name:literal,)*) => {
        /// All files: address, type, name in the folder `page`.
        pub(crate) const FILES: &[File] = &[$(File {
            path: $path,
            kind: $type,
            name: $name,
            content: include_str!(concat!("../page/", $name)),
        }),*];
    };
}

files! {
    "/": HTML "index.html",
    "/panel": HTML "panel.html",
    "/board": HTML "board.html",
    "/app.js": SCRIPT "app.js",
    "/liveroom.js": SCRIPT "liveroom.js",
    "/outbox.js": SCRIPT "outbox.js",
    "/chat.js": SCRIPT "chat.js",
    "/gifts.js": SCRIPT "gifts.js",
    "/stage.js": SCRIPT "stage.js",
    "/words.js": SCRIPT "words.js",
    "/words.en.js": SCRIPT "words.en.js",
    "/words.zh.js": SCRIPT "words.zh.js",
    "/panel.js": SCRIPT "panel.js",
    "/board.js": SCRIPT "board.js",
    "/style.css": STYLE "style.css",
    "/panel.css": STYLE "panel.css",
    "/board.css": STYLE "board.css",
    "/icon.svg": SVG "icon.svg",
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
    pub(crate) async fn read(&self, file: &'static File) -> io::Result<Bytes> {
        let Some(folder) = &self.folder else {
            return Ok(Bytes::from_static(file.content.as_bytes()));
        };
        let path = folder.join(file.name);
        let read = spawn_blocking(move || std::fs::read(path)).await.map_err(io::Error::other)?;
        read.map(Bytes::from)
    }
}

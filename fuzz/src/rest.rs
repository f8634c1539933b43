//! REST requests from anywhere: each is answered, in the modelled service's form and with a code of its own.
//!
//! Each line of an input is a request, `service/command {body}` or `/v4/service/command?query {body}`,
//! or `+250`: so many milliseconds go by.

use std::str;

use liveroom::{
    Command, GroupConfig,
    tim::{
        Call, Failure, Read,
        rest::{self, Access, Reply},
    },
};
use serde_json::Value;

use crate::desk::{Asker, Desk, is_a_reply};

/// More requests than these add time, not states.
const LINES: usize = 64;

/// Serves the requests that the lines are, and looks at every answer.
pub fn rest(data: &[u8]) {
    let mut desk = Desk::new(GroupConfig::vendor());
    for line in data.split(|byte| *byte == b'\n').take(LINES) {
        if let Some(millis) = waits(line) {
            desk.wait(millis);
            continue;
        }
        let at = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
        let (address, body) = line.split_at(at);
        let Ok(address) = str::from_utf8(address) else { continue };
        is_a_reply(&Reply::from(answer(&mut desk, address, body)));
        desk.settle();
    }
}

/// The milliseconds of a line that says how long to wait.
pub(crate) fn waits(line: &[u8]) -> Option<u64> {
    let digits = str::from_utf8(line.strip_prefix(b"+")?).ok()?;
    digits.parse::<u32>().ok().map(u64::from)
}

fn answer(desk: &mut Desk, address: &str, body: &[u8]) -> Result<Reply, Failure> {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let access;
    let (service, command) = if path.starts_with('/') {
        access = Access::read(path, query)?;
        reads_the_same(&access);
        (access.service, access.command)
    } else {
        path.split_once('/').unwrap_or((path, ""))
    };
    let call = rest::call(service, command, body);
    if let Ok(call) = &call {
        within_limits(call);
        however_written(body, call, |body| rest::call(service, command, body));
    }
    desk.serve(&Asker::admin(), &call?)
}

/// Nothing gets past that names more than one command of the modelled service may.
pub(crate) fn within_limits(call: &Call) {
    match call {
        Call::Recall { seqs, .. } => assert!((1..=10).contains(&seqs.len()), "{call:?}"),
        Call::Describe { groups } => assert!((1..=50).contains(&groups.len()), "{call:?}"),
        Call::Read { read: Read::Banned { limit, .. }, .. } => {
            assert!((1..=100).contains(limit), "{call:?}");
        }
        Call::Push { commands, .. } => commands.iter().for_each(|command| {
            let (named, most) = match command {
                Command::Ban { users, .. } => (users.len(), 20),
                Command::Mute { users, .. } => (users.len(), 500),
                _ => return,
            };
            assert!(named <= most, "{named} users in {command:?}");
        }),
        _ => {}
    }
}

/// An address that is written anew, with every byte escaped that can be, says the same, whatever comes a second time.
fn reads_the_same(access: &Access<'_>) {
    let escaped = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    let (app, name, sig) = (access.app, &access.identifier, &access.usersig);
    let query = format!("identifier={}&usersig={}&sdkappid={app}", escaped(name), escaped(sig));
    let query = query + "&identifier=x&usersig=y&sdkappid=0";
    let path = format!("/v4/{}/{}", access.service, access.command);
    if path.len() + query.len() <= Access::MAX_BYTES {
        assert_eq!(Access::read(&path, &query).as_ref(), Ok(access));
    }
}

/// White space, escapes and the order of keys say nothing.
pub(crate) fn however_written(
    body: &[u8],
    call: &Call,
    read: impl FnOnce(&[u8]) -> Result<Call, Failure>,
) {
    let Ok(value) = serde_json::from_slice::<Value>(body) else { return };
    let written = value.to_string();
    if written.len() <= body.len() {
        assert_eq!(read(written.as_bytes()).as_ref(), Ok(call), "{written}");
    }
}

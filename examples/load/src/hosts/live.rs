//! The live room of this workspace, with limits that let the load in.

use std::{io, net::SocketAddr, time::Duration};

use live::{Host, Limits, Options};

pub(super) fn serve(connections: usize, tick: Option<u32>) -> io::Result<SocketAddr> {
    let limits = limits(connections, tick);
    let host = Host::start(Options { limits, ..Options::at(([127, 0, 0, 1], 0).into()) })?;
    let address = host.address();
    // It lives as long as the process.
    std::mem::forget(host);
    Ok(address)
}

/// Room for so many, and a tick of so many milliseconds or the host's own.
pub(super) fn limits(connections: usize, tick: Option<u32>) -> Limits {
    let limits = Limits { connections, ..Limits::default() };
    match tick {
        Some(tick) => limits.with_tick(Duration::from_millis(tick.into())),
        None => limits,
    }
}

//! How many connections there are, in all and from each address, and how fast sockets are opened.
//!
//! An address is an IPv4 address, or the /64 of an IPv6 one, which is what one household or server has.
//! What a proxy says about whom it speaks for is not believed. Bound: one entry for each address that has
//! a connection, and as many again and [`SPARE`] of those that had one a moment ago.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

/// An address may open a WebSocket so often, after as many at once as it may have: who comes in is
/// remembered for a while, and is given things.
const OPENS_EVERY: Duration = Duration::from_millis(100);
/// Entries without a connection that are kept before they are looked through.
const SPARE: usize = 1_024;

/// Whoever counts as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Address {
    V4(Ipv4Addr),
    /// The first 64 bits.
    V6(u64),
}

impl From<IpAddr> for Address {
    fn from(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(ip) => Self::V4(ip),
            IpAddr::V6(ip) => Self::V6(u64::try_from(ip.to_bits() >> 64).unwrap_or(u64::MAX)),
        }
    }
}

/// Counts connections, and turns away those that are too many.
#[derive(Debug)]
pub(crate) struct Gate {
    most: usize,
    per_address: usize,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    all: usize,
    by_address: HashMap<Address, There>,
}

/// What one address has, and did.
#[derive(Debug)]
struct There {
    connections: usize,
    /// When it may again open as many sockets at once as it may have.
    rested: Instant,
}

/// Why a connection is too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TooMany {
    InAll,
    FromThere,
}

/// One connection's place, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    gate: Arc<Gate>,
    address: Address,
}

impl Gate {
    pub(crate) fn new(most: usize, per_address: usize) -> Self {
        Self { most, per_address, held: Mutex::default() }
    }

    /// Lets a connection in.
    ///
    /// # Errors
    /// [`TooMany`] says of which there are as many as there may be.
    pub(crate) fn admit(self: &Arc<Self>, now: Instant, ip: IpAddr) -> Result<Place, TooMany> {
        let address = Address::from(ip);
        let mut held = self.held();
        if held.all >= self.most {
            return Err(TooMany::InAll);
        }
        if held.by_address.len() > 2 * held.all + SPARE {
            held.by_address.retain(|_, there| there.connections > 0 || there.rested > now);
        }
        let there = held.by_address.entry(address).or_insert(There { connections: 0, rested: now });
        if there.connections >= self.per_address {
            return Err(TooMany::FromThere);
        }
        there.connections += 1;
        held.all += 1;
        Ok(Place { gate: self.clone(), address })
    }

    /// Whether the address of a connection may open a WebSocket now; it counts as opened then.
    fn opens(&self, now: Instant, address: Address) -> bool {
        let burst = u32::try_from(self.per_address).unwrap_or(u32::MAX);
        let mut held = self.held();
        // It has a connection, so it is there.
        let Some(there) = held.by_address.get_mut(&address) else { return false };
        let rested = there.rested.max(now) + OPENS_EVERY;
        let may = rested <= now + OPENS_EVERY.saturating_mul(burst);
        if may {
            there.rested = rested;
        }
        may
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().expect("nobody panics under this lock")
    }
}

impl Place {
    /// Whether this connection may become a WebSocket, for all that its address opened of late.
    pub(crate) fn opens(&self, now: Instant) -> bool {
        self.gate.opens(now, self.address)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.gate.held();
        held.all -= 1;
        if let Some(there) = held.by_address.get_mut(&self.address) {
            there.connections -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_places_and_gets_them_back() {
        let gate = Arc::new(Gate::new(5, 2));
        let admit = |ip: &str| gate.admit(Instant::now(), ip.parse().unwrap());
        let first = admit("192.0.2.1").unwrap();
        let _second = admit("::ffff:192.0.2.1").unwrap();
        assert_eq!(admit("192.0.2.1").err(), Some(TooMany::FromThere));
        let _other = admit("192.0.2.2").unwrap();
        let _six = [admit("2001:db8::1").unwrap(), admit("2001:db8::2:1").unwrap()];
        assert_eq!(admit("2001:db8:0:1::1").err(), Some(TooMany::InAll));
        drop(first);
        assert_eq!(admit("2001:db8::3").err(), Some(TooMany::FromThere), "one /64 is one address");
        let _again = admit("192.0.2.1").unwrap();
    }

    #[test]
    fn an_address_opens_sockets_only_so_fast_however_often_it_comes_back() {
        let (gate, start) = (Arc::new(Gate::new(100, 3)), Instant::now());
        let opens = |millis: u64| {
            let now = start + Duration::from_millis(millis);
            gate.admit(now, "192.0.2.1".parse().unwrap()).unwrap().opens(now)
        };
        assert_eq!([0, 0, 0, 0, 99].map(opens), [true, true, true, false, false]);
        assert_eq!([100, 150, 200].map(opens), [true, false, true]);
        let now = start + Duration::from_millis(200);
        assert!(gate.admit(now, "192.0.2.2".parse().unwrap()).unwrap().opens(now));
    }

    #[test]
    fn addresses_that_are_gone_and_rested_are_not_kept() {
        let (gate, start) = (Arc::new(Gate::new(100, 3)), Instant::now());
        for number in 0..10_000_u32 {
            let now = start + Duration::from_millis(number.into());
            let ip = IpAddr::V4(Ipv4Addr::from_bits(number));
            assert!(gate.admit(now, ip).unwrap().opens(now));
        }
        assert!(gate.held().by_address.len() <= SPARE + 3, "{}", gate.held().by_address.len());
    }
}

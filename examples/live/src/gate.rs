//! How many connections there are, in all and from each address.
//!
//! An address is an IPv4 address, or the /64 of an IPv6 one, which is what one household or server has.
//! What a proxy says about whom it speaks for is not believed. Bound: one entry for each address that has
//! a connection.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Mutex, MutexGuard},
};

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
    by_address: HashMap<Address, usize>,
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
    pub(crate) fn admit(self: &Arc<Self>, ip: IpAddr) -> Result<Place, TooMany> {
        let address = Address::from(ip);
        let mut held = self.held();
        if held.all >= self.most {
            return Err(TooMany::InAll);
        }
        if held.by_address.get(&address).is_some_and(|count| *count >= self.per_address) {
            return Err(TooMany::FromThere);
        }
        held.all += 1;
        *held.by_address.entry(address).or_default() += 1;
        Ok(Place { gate: self.clone(), address })
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().expect("nobody panics under this lock")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.gate.held();
        held.all -= 1;
        if let Some(count) = held.by_address.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                held.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_places_and_gets_them_back() {
        let gate = Arc::new(Gate::new(5, 2));
        let admit = |ip: &str| gate.admit(ip.parse().unwrap());
        let first = admit("192.0.2.1").unwrap();
        let second = admit("::ffff:192.0.2.1").unwrap();
        assert_eq!(admit("192.0.2.1").err(), Some(TooMany::FromThere));
        let _other = admit("192.0.2.2").unwrap();
        let _six = [admit("2001:db8::1").unwrap(), admit("2001:db8::2:1").unwrap()];
        assert_eq!(admit("2001:db8:0:1::1").err(), Some(TooMany::InAll));
        drop(first);
        assert_eq!(admit("2001:db8::3").err(), Some(TooMany::FromThere), "one /64 is one address");
        let again = admit("192.0.2.1").unwrap();
        drop((again, second));
        assert_eq!(gate.held().by_address.len(), 2, "who has no connection is not kept");
    }
}

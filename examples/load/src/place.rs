//! Where a host is that runs already, as a person writes it.

use std::{
    net::{SocketAddr, TcpStream, ToSocketAddrs},
    str::FromStr,
    time::Duration,
};

/// How long one of several addresses may take to answer.
const ANSWERS: Duration = Duration::from_secs(2);

/// A host and a port; a name may stand for several addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) name: String,
    addresses: Vec<SocketAddr>,
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const FORM: &str = "it takes HOST:PORT, such as 127.0.0.1:8080 or localhost:8080";
        if text.contains('/') {
            return Err(format!("{FORM}, without `http://` and without a path"));
        }
        let port = text.rsplit_once(':').map(|(_, port)| port.parse::<u16>());
        if !matches!(port, Some(Ok(1..))) {
            return Err(FORM.to_owned());
        }
        let found = text.to_socket_addrs().map_err(|error| format!("{error}; {FORM}"))?;
        let mut addresses: Vec<_> = found.collect();
        // Clients can come from many addresses of IPv4, and its listeners can be found.
        addresses.sort_by_key(|address| !address.is_ipv4());
        match addresses.is_empty() {
            true => Err(format!("the name has no address; {FORM}")),
            false => Ok(Self { name: text.to_owned(), addresses }),
        }
    }
}

impl Place {
    /// The first of its addresses at which somebody answers; the first of all where nobody does.
    pub(crate) fn address(&self) -> SocketAddr {
        let answers = |address: &&SocketAddr| TcpStream::connect_timeout(address, ANSWERS).is_ok();
        match &self.addresses[..] {
            [only] => *only,
            all => all.iter().find(answers).copied().unwrap_or(all[0]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_taken_and_what_is_neither_is_told_what_it_should_be() {
        let here: Place = "127.0.0.1:8080".parse().unwrap();
        assert_eq!(here.address(), ([127, 0, 0, 1], 8080).into());
        let name: Place = "localhost:8080".parse().unwrap();
        assert!(name.addresses.iter().all(|address| address.ip().is_loopback()));
        assert!("[::1]:8080".parse::<Place>().is_ok());
        for wrong in
            ["", "localhost", "127.0.0.1", "localhost:", "localhost:0", "localhost:http", ":x"]
        {
            assert!(wrong.parse::<Place>().unwrap_err().contains("HOST:PORT"), "{wrong}");
        }
        let url = "http://127.0.0.1:8080/".parse::<Place>().unwrap_err();
        assert!(url.contains("without `http://`"), "{url}");
    }

    #[test]
    fn of_several_addresses_the_one_that_answers_is_taken() {
        let listening = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let there = listening.local_addr().unwrap();
        let nobody = ([127, 0, 0, 1], 1).into();
        let place = Place { name: String::new(), addresses: vec![nobody, there] };
        assert_eq!(place.address(), there);
        drop(listening);
        assert_eq!(place.address(), nobody);
    }
}

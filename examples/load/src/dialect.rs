//! How the same words are put on the wire: bare, or as socket.io has it.

/// A way to speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// One JSON object a frame, as PROTOCOL.md of the live host has it.
    Plain,
    /// The same objects as events of socket.io 5 over engine.io 4.
    SocketIo,
}

/// What a host's text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packet<'a> {
    /// The transport is open: the client asks to be let into the namespace.
    Open,
    /// The client is in the namespace.
    Connected,
    /// The client is to say that it is there.
    Ping,
    /// A frame of PROTOCOL.md.
    Said(&'a [u8]),
    /// Nothing that a reader needs.
    Other,
}

impl Dialect {
    /// Where the WebSocket is.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Plain => "/ws",
            Self::SocketIo => "/socket.io/?EIO=4&transport=websocket",
        }
    }

    /// Whether the host speaks first.
    pub(crate) fn is_greeted(self) -> bool {
        self == Self::SocketIo
    }

    /// A frame of PROTOCOL.md as it is written.
    pub(crate) fn written(self, event: &str, json: String) -> String {
        match self {
            Self::Plain => json,
            Self::SocketIo => format!("42[\"{event}\",{json}]"),
        }
    }

    /// What a host's text is.
    pub(crate) fn read(self, text: &[u8]) -> Packet<'_> {
        if self == Self::Plain {
            return Packet::Said(text);
        }
        match text {
            [b'0', ..] => Packet::Open,
            [b'2', ..] => Packet::Ping,
            [b'4', b'0', ..] => Packet::Connected,
            [b'4', b'2', rest @ .., b']'] => match rest.iter().position(|byte| *byte == b',') {
                Some(comma) => Packet::Said(&rest[comma + 1..]),
                None => Packet::Other,
            },
            _ => Packet::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_dialects_carry_the_same_words() {
        let json = r#"{"t":"batch"}"#;
        for dialect in [Dialect::Plain, Dialect::SocketIo] {
            let written = dialect.written("batch", json.to_owned());
            assert_eq!(dialect.read(written.as_bytes()), Packet::Said(json.as_bytes()));
        }
        let packets =
            ["0{}", "40{}", "2", "41"].map(|text| Dialect::SocketIo.read(text.as_bytes()));
        assert_eq!(packets, [Packet::Open, Packet::Connected, Packet::Ping, Packet::Other]);
    }
}

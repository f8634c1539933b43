//! As much of the WebSocket protocol (RFC 6455) as a client of a known host needs.
//!
//! Thousands of connections share the processor with the host that is measured: so frames are read in place, and
//! nothing is kept but what has not come whole.

/// The example of RFC 6455, section 1.3. The key is no secret: it proves that the answer is a WebSocket's.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ANSWER: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
/// A host that says more before it is a WebSocket is none.
const MOST_HEAD: usize = 16 << 10;
/// Far more than any host here sends at once.
const MOST_PAYLOAD: u64 = 16 << 20;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opcode {
    Text = 1,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

/// One frame that came whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    pub(crate) opcode: Opcode,
    pub(crate) payload: &'a [u8],
    /// Its bytes on the wire.
    pub(crate) length: usize,
}

/// The request that asks for a WebSocket.
pub(crate) fn request(path: &str, host: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
}

/// Reads the answer to [`request`]: how long it is, or `None` while it has not come whole.
///
/// # Errors
/// The host does not open a WebSocket; in its own words.
pub(crate) fn answered(bytes: &[u8]) -> Result<Option<usize>, String> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return if bytes.len() > MOST_HEAD {
            Err("no WebSocket: an endless head".into())
        } else {
            Ok(None)
        };
    };
    let head = String::from_utf8_lossy(&bytes[..end]);
    let mut lines = head.lines();
    let status = lines.next().unwrap_or_default();
    let agreed = lines.filter_map(|line| line.split_once(':')).any(|(name, value)| {
        name.eq_ignore_ascii_case("sec-websocket-accept") && value.trim() == ANSWER
    });
    if status.split(' ').nth(1) == Some("101") && agreed {
        Ok(Some(end + 4))
    } else {
        Err(format!("no WebSocket: {status}"))
    }
}

/// The first frame of some bytes; `None` while it has not come whole.
///
/// # Errors
/// What no host here sends: fragments, masks, binary.
pub(crate) fn first(bytes: &[u8]) -> Result<Option<Frame<'_>>, &'static str> {
    let &[head, length, ref rest @ ..] = bytes else { return Ok(None) };
    let opcode = match head {
        0x81 => Opcode::Text,
        0x88 => Opcode::Close,
        0x89 => Opcode::Ping,
        0x8a => Opcode::Pong,
        _ => return Err("a frame that is neither text, whole, nor control"),
    };
    let (payload_length, at) = match length {
        0..126 => (u64::from(length), 2),
        126 => match rest.first_chunk() {
            Some(length) => (u64::from(u16::from_be_bytes(*length)), 4),
            None => return Ok(None),
        },
        127 => match rest.first_chunk() {
            Some(length) => (u64::from_be_bytes(*length), 10),
            None => return Ok(None),
        },
        128.. => return Err("a masked frame from a host"),
    };
    if payload_length > MOST_PAYLOAD {
        return Err("a frame without measure");
    }
    let length = at + usize::try_from(payload_length).unwrap_or(usize::MAX);
    Ok(bytes.get(at..length).map(|payload| Frame { opcode, payload, length }))
}

/// Writes one frame of a client's, masked as a client has to.
pub(crate) fn write(opcode: Opcode, payload: &[u8], key: [u8; 4], into: &mut Vec<u8>) {
    into.push(0x80 | opcode as u8);
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(short @ 0..126), _) => into.push(0x80 | short),
        (_, Ok(length)) => {
            into.push(0x80 | 126);
            into.extend(length.to_be_bytes());
        }
        _ => {
            into.push(0x80 | 127);
            into.extend((payload.len() as u64).to_be_bytes());
        }
    }
    into.extend(key);
    into.extend(payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_every_length_are_read_and_never_by_half() {
        for length in [0, 1, 125, 126, 65_535, 65_536] {
            let payload = vec![b'x'; length];
            let mut bytes = vec![0x81];
            match length {
                0..126 => bytes.push(length as u8),
                126..65_536 => {
                    bytes.push(126);
                    bytes.extend((length as u16).to_be_bytes());
                }
                _ => {
                    bytes.push(127);
                    bytes.extend((length as u64).to_be_bytes());
                }
            }
            bytes.extend(&payload);
            for cut in [1, 2, 3, bytes.len() - 1].into_iter().filter(|cut| *cut < bytes.len()) {
                assert_eq!(first(&bytes[..cut]), Ok(None), "{cut} of {length}");
            }
            bytes.push(0x89);
            let frame = first(&bytes).unwrap().unwrap();
            assert_eq!((frame.opcode, frame.payload), (Opcode::Text, &payload[..]));
            assert_eq!(frame.length, bytes.len() - 1);
        }
        assert!(first(&[0x01, 0]).is_err(), "a fragment");
        assert!(first(&[0x81, 0x80]).is_err(), "a mask");
    }

    #[test]
    fn what_a_client_writes_is_masked() {
        // RFC 6455, section 5.7: a single-frame masked text message.
        let mut written = Vec::new();
        write(Opcode::Text, b"Hello", [0x37, 0xfa, 0x21, 0x3d], &mut written);
        assert_eq!(written, [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]);
        let mut long = Vec::new();
        write(Opcode::Text, &[0; 300], [0; 4], &mut long);
        assert_eq!((&long[..4], long.len()), (&[0x81, 0xfe, 1, 44][..], 308));
    }

    #[test]
    fn only_a_websockets_answer_is_taken_for_one() {
        let answer =
            format!("HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: {ANSWER}\r\n\r\n");
        assert_eq!(answered(answer.as_bytes()), Ok(Some(answer.len())));
        assert_eq!(answered(&answer.as_bytes()[..answer.len() - 1]), Ok(None));
        assert!(answered(b"HTTP/1.1 403 Forbidden\r\n\r\n").unwrap_err().contains("403"));
        assert!(answered(b"HTTP/1.1 101 Fine\r\n\r\n").is_err(), "it has not read the key");
    }
}

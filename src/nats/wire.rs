//! How things are written into messages: their version first, and in pieces what is too large for one.

use bytes::{BufMut, Bytes, BytesMut};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::relay::{EdgeBeat, Feed, LogSeq, Request};

/// Written in front of everything. Nodes of another one do not understand each other, and say so.
const VERSION: u8 = 1;

/// A frame as all edges of a group are told, and where the log has it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Fed {
    pub(super) at: LogSeq,
    pub(super) feed: Feed,
}

/// What an edge sends to the home.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Up {
    Request(Request),
    Beat(EdgeBeat),
}

/// It is not what a node of this version writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

pub(super) fn encode(value: &impl Serialize) -> Bytes {
    let bytes = postcard::to_extend(value, vec![VERSION]);
    bytes.expect("plain data is written into memory").into()
}

pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Malformed> {
    match bytes.split_first() {
        Some((&VERSION, rest)) => match postcard::take_from_bytes(rest) {
            Ok((value, [])) => Ok(value),
            _ => Err(Malformed),
        },
        _ => Err(Malformed),
    }
}

/// What stands in front of a piece: which one it is, and of how many.
const HEAD: usize = 8;
/// So many bytes are put together at most.
pub(super) const MAX_WHOLE: usize = 256 << 20;

/// Cuts bytes into messages of at most `most` bytes.
pub(super) fn cut(whole: &Bytes, most: usize) -> Vec<Bytes> {
    let size = most.saturating_sub(HEAD).max(1);
    let count = u32::try_from(whole.len().div_ceil(size).max(1)).unwrap_or(u32::MAX);
    let pieces = (0..count).map(|no| {
        let start = (no as usize * size).min(whole.len());
        let end = (start + size).min(whole.len());
        let mut piece = BytesMut::with_capacity(HEAD + end - start);
        piece.put_u32(no);
        piece.put_u32(count);
        piece.extend_from_slice(&whole.slice(start..end));
        piece.freeze()
    });
    pieces.collect()
}

/// Pieces that come in order, of one sender.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    next: u32,
    whole: BytesMut,
}

impl Pieces {
    /// Takes one piece, and gives the whole with the last one.
    pub(super) fn take(&mut self, piece: &[u8]) -> Result<Option<Bytes>, Malformed> {
        let (no, rest) = piece.split_first_chunk().ok_or(Malformed)?;
        let (count, body) = rest.split_first_chunk().ok_or(Malformed)?;
        let (no, count) = (u32::from_be_bytes(*no), u32::from_be_bytes(*count));
        if no != self.next || no >= count || self.whole.len() + body.len() > MAX_WHOLE {
            return Err(Malformed);
        }
        self.whole.extend_from_slice(body);
        self.next += 1;
        Ok((self.next == count).then(|| std::mem::take(&mut self.whole).freeze()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        #[test]
        fn what_is_cut_comes_together_again(bytes in vec(any::<u8>(), 0..500), most in 0_usize..64) {
            let whole = Bytes::from(bytes);
            let pieces = cut(&whole, most);
            let (mut gathered, last) = (Pieces::default(), pieces.len() - 1);
            for (no, piece) in pieces.iter().enumerate() {
                prop_assert!(piece.len() <= most.max(HEAD + 1));
                let taken = gathered.take(piece).unwrap();
                prop_assert_eq!(taken, (no == last).then(|| whole.clone()));
            }
        }

        #[test]
        fn what_is_hostile_is_malformed_and_no_more(bytes in vec(any::<u8>(), 0..200)) {
            let _ = decode::<Fed>(&bytes);
            let _ = decode::<Up>(&bytes);
            let _ = Pieces::default().take(&bytes);
        }
    }

    #[test]
    fn pieces_out_of_order_are_refused() {
        let pieces = cut(&Bytes::from_static(b"hello world"), HEAD + 4);
        assert_eq!(pieces.len(), 3);
        let mut gathered = Pieces::default();
        assert_eq!(gathered.take(&pieces[1]), Err(Malformed));
        assert_eq!(gathered.take(&pieces[0]), Ok(None));
        assert_eq!(gathered.take(&pieces[0]), Err(Malformed));
    }

    #[test]
    fn another_version_and_bytes_behind_are_malformed() {
        let beat = encode(&LogSeq(7));
        assert_eq!(decode(&beat), Ok(LogSeq(7)));
        let mut other = beat.to_vec();
        other[0] += 1;
        assert_eq!(decode::<LogSeq>(&other), Err(Malformed));
        let mut longer = beat.to_vec();
        longer.push(0);
        assert_eq!(decode::<LogSeq>(&longer), Err(Malformed));
        assert_eq!(decode::<LogSeq>(&[]), Err(Malformed));
    }
}

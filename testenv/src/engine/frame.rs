//! One message of gRPC: a byte that says whether it is compressed, its length, and it.

use bytes::Bytes;
use prost::Message;

/// The bytes before a message.
const PREFIX: usize = 5;

/// A message on its way.
pub(super) fn frame(message: &impl Message) -> Bytes {
    framed(&message.encode_to_vec())
}

/// These bytes in the place of a message.
pub(super) fn framed(bytes: &[u8]) -> Bytes {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    [&[0], length.to_be_bytes().as_slice(), bytes].concat().into()
}

/// The one message of a body, if it is whole and not compressed.
pub(super) fn unframe<M: Message + Default>(body: &[u8]) -> Option<M> {
    let (prefix, message) = body.split_at_checked(PREFIX)?;
    let (compressed, length) = prefix.split_first()?;
    let length = u32::from_be_bytes(length.try_into().ok()?);
    let whole = *compressed == 0 && usize::try_from(length) == Ok(message.len());
    whole.then(|| M::decode(message).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{RateLimitRequest, question};

    #[test]
    fn a_message_comes_back_and_half_of_one_does_not() {
        let message = question("shop", &[("tenant", "acme")], 3);
        let frame = frame(&message);
        assert_eq!(unframe::<RateLimitRequest>(&frame), Some(message));
        for cut in [0, 4, frame.len() - 1] {
            assert_eq!(unframe::<RateLimitRequest>(&frame[..cut]), None);
        }
        assert_eq!(unframe::<RateLimitRequest>(&[&frame[..], b"x"].concat()), None);
    }
}

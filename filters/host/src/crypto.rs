//! The proxy's own signatures: BoringSSL in native code, many times faster than this VM's.

use contract::{Digest, ProxyCrypto, ProxyCryptoError};
use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint};

use crate::abi::{self, Failed};

/// The names under which Envoy offers them: since 1.30 and since 1.37.
const VERIFY_SIGNATURE: &str = "verify_signature";
const SIGN: &str = "sign";

/// The functions of the proxy.
pub(crate) struct ForeignFunction;

/// `envoy.source.extensions.common.wasm.VerifySignatureArguments`, as far as it is used: the fields in their order, from
/// the first on. All are of bytes, which are copied into the message and nowhere before.
struct VerifyArguments<'a> {
    hash_function: &'a str,
    public_key: &'a [u8],
    signature: &'a [u8],
    text: &'a [u8],
}

/// Bytes of a field's key and length, at most.
const FIELD_HEAD_BYTES: usize = 11;

impl VerifyArguments<'_> {
    fn encode(&self) -> Vec<u8> {
        let Self { hash_function, public_key, signature, text } = *self;
        let fields = [hash_function.as_bytes(), public_key, signature, text];
        let bytes = fields
            .iter()
            .fold(0_usize, |sum, field| sum.saturating_add(field.len()).saturating_add(FIELD_HEAD_BYTES));
        let mut message = Vec::with_capacity(bytes);
        for (tag, field) in (1..).zip(fields) {
            encode_key(tag, WireType::LengthDelimited, &mut message);
            encode_varint(u64::try_from(field.len()).unwrap_or(u64::MAX), &mut message);
            message.extend_from_slice(field);
        }
        message
    }
}

/// `VerifySignatureResult`: the call succeeds for bad signatures, too, and says so here. Its text about why
/// is not read: for a signature that does not verify, there is nothing to add.
#[derive(Clone, PartialEq, Message)]
struct VerifyOutcome {
    #[prost(bool, tag = "1")]
    result: bool,
}

/// `SignArguments`, as far as it is used. `Debug` would show the key.
#[derive(Clone, PartialEq, Message)]
#[prost(skip_debug)]
struct SignArguments {
    #[prost(string, tag = "1")]
    hash_function: String,
    #[prost(bytes = "vec", tag = "2")]
    private_key: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    text: Vec<u8>,
}

/// `SignResult`: here, too, the call itself succeeds for keys that cannot sign.
#[derive(Clone, PartialEq, Message)]
struct SignOutcome {
    #[prost(bool, tag = "1")]
    result: bool,
    #[prost(bytes = "vec", tag = "2")]
    signature: Vec<u8>,
}

impl ProxyCrypto for ForeignFunction {
    fn verify(
        &self,
        digest: Digest,
        public_key: &[u8],
        signature: &[u8],
        message: &[u8],
    ) -> Result<bool, ProxyCryptoError> {
        let hash_function = digest.name();
        let arguments = VerifyArguments { hash_function, public_key, signature, text: message };
        call(VERIFY_SIGNATURE, &arguments.encode()).map(|VerifyOutcome { result }| result)
    }

    fn sign(
        &self,
        digest: Digest,
        private_key: &[u8],
        message: &[u8],
    ) -> Result<Vec<u8>, ProxyCryptoError> {
        let arguments = SignArguments {
            hash_function: digest.name().to_owned(),
            private_key: private_key.to_vec(),
            text: message.to_vec(),
        };
        let SignOutcome { result, signature } = call(SIGN, &arguments.encode_to_vec())?;
        if result { Ok(signature) } else { Err(ProxyCryptoError) }
    }
}

/// What the proxy answers to a call of `function`.
fn call<T: Message + Default>(function: &str, arguments: &[u8]) -> Result<T, ProxyCryptoError> {
    let answer = abi::foreign_function(function, arguments).map_err(|Failed(_)| ProxyCryptoError)?;
    T::decode(answer.as_slice()).map_err(|_| ProxyCryptoError)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The message as `prost` writes it.
    #[derive(Clone, PartialEq, Message)]
    struct Written {
        #[prost(string, tag = "1")]
        hash_function: String,
        #[prost(bytes = "vec", tag = "2")]
        public_key: Vec<u8>,
        #[prost(bytes = "vec", tag = "3")]
        signature: Vec<u8>,
        #[prost(bytes = "vec", tag = "4")]
        text: Vec<u8>,
    }

    #[test]
    fn a_question_is_the_message_that_it_stands_for() {
        let (hash_function, public_key, signature, text) = ("sha256", [1; 300], [2; 70_000], b"a.b");
        let arguments =
            VerifyArguments { hash_function, public_key: &public_key, signature: &signature, text };
        let written = Written {
            hash_function: hash_function.to_owned(),
            public_key: public_key.to_vec(),
            signature: signature.to_vec(),
            text: text.to_vec(),
        };
        assert_eq!(arguments.encode(), written.encode_to_vec());
    }
}

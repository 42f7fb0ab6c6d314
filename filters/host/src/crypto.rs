//! The proxy's own signature check: BoringSSL in native code, many times faster than this VM's.

use contract::{Digest, ProxyCrypto, ProxyCryptoError};
use prost::Message;

use crate::abi::{self, Failed};

/// The name under which Envoy offers it, since 1.30.
const VERIFY_SIGNATURE: &str = "verify_signature";

/// The function of the proxy.
pub(crate) struct ForeignFunction;

/// `envoy.source.extensions.common.wasm.VerifySignatureArguments`, as far as it is used.
#[derive(Clone, PartialEq, Message)]
struct Arguments {
    #[prost(string, tag = "1")]
    hash_function: String,
    #[prost(bytes = "vec", tag = "2")]
    public_key: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    signature: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    text: Vec<u8>,
}

/// `VerifySignatureResult`: the call succeeds for bad signatures, too, and says so here. Its text about why
/// is not read: for a signature that does not verify, there is nothing to add.
#[derive(Clone, PartialEq, Message)]
struct Outcome {
    #[prost(bool, tag = "1")]
    result: bool,
}

impl ProxyCrypto for ForeignFunction {
    fn verify(
        &self,
        digest: Digest,
        public_key: &[u8],
        signature: &[u8],
        message: &[u8],
    ) -> Result<bool, ProxyCryptoError> {
        let arguments = Arguments {
            hash_function: digest.name().to_owned(),
            public_key: public_key.to_vec(),
            signature: signature.to_vec(),
            text: message.to_vec(),
        };
        let outcome = abi::foreign_function(VERIFY_SIGNATURE, &arguments.encode_to_vec())
            .map_err(|Failed(_)| ProxyCryptoError)?;
        let outcome = Outcome::decode(outcome.as_slice()).map_err(|_| ProxyCryptoError)?;
        Ok(outcome.result)
    }
}

//! Envoy's foreign function `verify_signature`.

use contract::{Digest, ProxyCrypto, ProxyCryptoError};
use prost::Message;
use proxy_wasm::hostcalls::call_foreign_function;

/// The proxy that runs this module.
pub(crate) struct Envoy;

/// `envoy.source.extensions.common.wasm.VerifySignatureArguments`.
#[derive(Message)]
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

/// `envoy.source.extensions.common.wasm.VerifySignatureResult`.
#[derive(Message)]
struct Outcome {
    #[prost(bool, tag = "1")]
    result: bool,
}

impl ProxyCrypto for Envoy {
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
        let outcome = call_foreign_function("verify_signature", Some(&arguments.encode_to_vec()));
        let bytes = outcome.ok().flatten().ok_or(ProxyCryptoError)?;
        Outcome::decode(bytes.as_slice()).map(|outcome| outcome.result).map_err(|_| ProxyCryptoError)
    }
}

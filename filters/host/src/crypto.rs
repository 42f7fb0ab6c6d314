//! The proxy's own signatures: BoringSSL in native code, many times faster than this VM's.

use contract::{Digest, ProxyCrypto, ProxyCryptoError};
use prost::Message;

use crate::abi::{self, Failed};

/// The names under which Envoy offers them: since 1.30 and since 1.37.
const VERIFY_SIGNATURE: &str = "verify_signature";
const SIGN: &str = "sign";

/// The functions of the proxy.
pub(crate) struct ForeignFunction;

/// `envoy.source.extensions.common.wasm.VerifySignatureArguments`, as far as it is used.
#[derive(Clone, PartialEq, Message)]
struct VerifyArguments {
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
        let arguments = VerifyArguments {
            hash_function: digest.name().to_owned(),
            public_key: public_key.to_vec(),
            signature: signature.to_vec(),
            text: message.to_vec(),
        };
        call(VERIFY_SIGNATURE, &arguments).map(|VerifyOutcome { result }| result)
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
        let SignOutcome { result, signature } = call(SIGN, &arguments)?;
        if result { Ok(signature) } else { Err(ProxyCryptoError) }
    }
}

/// What the proxy answers to a call of `function`.
fn call<T: Message + Default>(function: &str, arguments: &impl Message) -> Result<T, ProxyCryptoError> {
    let answer = abi::foreign_function(function, &arguments.encode_to_vec())
        .map_err(|Failed(_)| ProxyCryptoError)?;
    T::decode(answer.as_slice()).map_err(|_| ProxyCryptoError)
}

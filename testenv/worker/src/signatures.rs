//! The signatures of the proxy, in native code: what Envoy offers modules by `verify_signature` and `sign`.

use p256::ecdsa::signature::Signer;
use prost::Message;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use wasmhost::{Proxy, Status};

use crate::issuer;

/// What stands before the point of a public key on P-256 (RFC 5480 §2), and before the numbers of a 2048-bit RSA key
/// with the usual exponent (RFC 3279 §2.3.1), in DER. No other keys occur here.
const P256_PREFIX: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
const RSA_PREFIX: &[u8] = &[
    0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01,
    0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00,
];

/// `VerifySignatureArguments` and `SignArguments` of Envoy, of which the second has no third field.
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

#[derive(Clone, PartialEq, Message)]
struct SignArguments {
    #[prost(string, tag = "1")]
    hash_function: String,
    #[prost(bytes = "vec", tag = "2")]
    private_key: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    text: Vec<u8>,
}

/// The first fields of both results.
#[derive(Clone, PartialEq, Message)]
struct Outcome {
    #[prost(bool, tag = "1")]
    result: bool,
    #[prost(bytes = "vec", tag = "2")]
    signature: Vec<u8>,
}

/// Let `proxy` verify and sign, as Envoy does since 1.37.
pub(crate) fn enable(proxy: &Proxy) {
    proxy.offer("verify_signature", verify);
    proxy.offer("sign", sign);
}

fn verify(arguments: &[u8]) -> Result<Vec<u8>, Status> {
    let VerifyArguments { hash_function, public_key, signature, text } = read(arguments)?;
    let known: [(&[u8], &'static dyn VerificationAlgorithm); 2] =
        [(P256_PREFIX, &ECDSA_P256_SHA256_ASN1), (RSA_PREFIX, &RSA_PKCS1_2048_8192_SHA256)];
    let key = known.iter().find_map(|(prefix, by)| Some((public_key.strip_prefix(*prefix)?, *by)));
    let result = match (hash_function.as_str(), key) {
        ("sha256", Some((key, by))) => UnparsedPublicKey::new(by, key).verify(&text, &signature).is_ok(),
        // What the modules ask of an abler proxy to learn whether it is one.
        _ => false,
    };
    Ok(Outcome { result, signature: Vec::new() }.encode_to_vec())
}

/// By RFC 6979, so that it is the same signature in every run.
fn sign(arguments: &[u8]) -> Result<Vec<u8>, Status> {
    let SignArguments { hash_function, private_key, text } = read(arguments)?;
    if hash_function != "sha256" {
        return Err(Status::BAD_ARGUMENT);
    }
    let key = issuer::private_key(&private_key).ok_or(Status::BAD_ARGUMENT)?;
    let signature: p256::ecdsa::DerSignature = key.sign(&text);
    Ok(Outcome { result: true, signature: signature.as_bytes().to_vec() }.encode_to_vec())
}

fn read<T: Message + Default>(bytes: &[u8]) -> Result<T, Status> {
    T::decode(bytes).map_err(|_| Status::BAD_ARGUMENT)
}

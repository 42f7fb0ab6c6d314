//! A token under construction, of which every byte can be chosen.

use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

/// What makes the third part of a token out of the first two.
type Sign<'a> = Rc<dyn Fn(&[u8]) -> Vec<u8> + 'a>;

/// A token before it is put together. Whatever is changed before the end is signed as it then stands, so
/// that nothing is wrong with a token but what an attack has made wrong.
#[derive(Clone)]
pub struct Draft<'a> {
    header: Part,
    payload: Part,
    sign: Sign<'a>,
}

/// Header or payload.
#[derive(Clone)]
enum Part {
    Members(Map<String, Value>),
    Bytes(Vec<u8>),
}

impl<'a> Draft<'a> {
    /// A token with these members.
    pub fn new(header: Value, payload: Value, sign: impl Fn(&[u8]) -> Vec<u8> + 'a) -> Self {
        Self { header: Part::of(header), payload: Part::of(payload), sign: Rc::new(sign) }
    }

    /// With this member of the header.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.members().insert(name.to_owned(), value.into());
        self
    }

    /// Without this member of the header.
    pub fn without_header(mut self, name: &str) -> Self {
        self.header.members().remove(name);
        self
    }

    /// With this claim.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.payload.members().insert(name.to_owned(), value.into());
        self
    }

    /// Without this claim.
    pub fn without(mut self, name: &str) -> Self {
        self.payload.members().remove(name);
        self
    }

    /// With a header of these bytes, made from its text.
    pub fn header_bytes(mut self, edit: impl FnOnce(&str) -> Vec<u8>) -> Self {
        self.header = Part::Bytes(edit(&self.header.text()));
        self
    }

    /// With a payload of these bytes, made from its text.
    pub fn payload_bytes(mut self, edit: impl FnOnce(&str) -> Vec<u8>) -> Self {
        self.payload = Part::Bytes(edit(&self.payload.text()));
        self
    }

    /// Signed so.
    pub fn signed(mut self, sign: impl Fn(&[u8]) -> Vec<u8> + 'a) -> Self {
        self.sign = Rc::new(sign);
        self
    }

    /// With this signature, whatever it is over.
    pub fn signature(self, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        self.signed(move |_| bytes.clone())
    }

    /// The token.
    pub fn token(&self) -> String {
        let [header, payload] = self.encoded();
        self.seal(&header, &payload)
    }

    /// Header and payload in base64url.
    pub fn encoded(&self) -> [String; 2] {
        [encode(self.header.text_bytes()), encode(self.payload.text_bytes())]
    }

    /// A token of these two parts, signed as they stand.
    pub fn seal(&self, header: &str, payload: &str) -> String {
        let input = format!("{header}.{payload}");
        format!("{input}.{}", encode((self.sign)(input.as_bytes())))
    }

    /// The token in its three parts.
    pub fn parts(&self) -> [String; 3] {
        let token = self.token();
        let mut parts = token.split('.').map(str::to_owned);
        [(); 3].map(|()| parts.next().unwrap_or_default())
    }
}

impl Part {
    fn of(value: Value) -> Self {
        match value {
            Value::Object(members) => Self::Members(members),
            other => Self::Bytes(other.to_string().into_bytes()),
        }
    }

    fn members(&mut self) -> &mut Map<String, Value> {
        match self {
            Self::Members(members) => members,
            Self::Bytes(_) => panic!("its bytes are settled already"),
        }
    }

    fn text_bytes(&self) -> Vec<u8> {
        match self {
            Self::Members(members) => json!(members).to_string().into_bytes(),
            Self::Bytes(bytes) => bytes.clone(),
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.text_bytes()).into_owned()
    }
}

/// Unpadded base64url.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of unpadded base64url.
pub fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap_or_else(|error| panic!("`{text}`: {error}"))
}

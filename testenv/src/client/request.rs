//! A request, as bytes: nothing is checked, corrected or added but the length of a body.

/// A request to be sent as it is.
#[derive(Debug, Clone)]
pub struct Request {
    pub(super) method: String,
    pub(super) path: Vec<u8>,
    pub(super) headers: Vec<(Vec<u8>, Vec<u8>)>,
    pub(super) body: Option<Vec<u8>>,
    pub(super) trailers: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Request {
    /// `GET path`, for the host `shop.test`.
    pub fn get(path: impl AsRef<[u8]>) -> Self {
        Self::new("GET", path)
    }

    /// `POST path` with a body that is said to be JSON.
    pub fn post(path: impl AsRef<[u8]>, body: impl AsRef<[u8]>) -> Self {
        let post = Self { body: Some(body.as_ref().to_vec()), ..Self::new("POST", path) };
        post.header("content-type", "application/json")
    }

    /// `method path`, for the host `shop.test`.
    pub fn new(method: &str, path: impl AsRef<[u8]>) -> Self {
        Self {
            method: method.to_owned(),
            path: path.as_ref().to_vec(),
            headers: vec![(b"host".to_vec(), b"shop.test".to_vec())],
            body: None,
            trailers: Vec::new(),
        }
    }

    /// With this field, after those that are there.
    #[must_use]
    pub fn header(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.as_ref().to_vec(), value.as_ref().to_vec()));
        self
    }

    /// With this field after the body, in HTTP/2. An HTTP/1.1 message in chunks is written by hand.
    #[must_use]
    pub fn trailer(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.trailers.push((name.as_ref().to_vec(), value.as_ref().to_vec()));
        self
    }

    /// With this body, whatever it is said to be.
    #[must_use]
    pub fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = Some(body.as_ref().to_vec());
        self
    }

    /// With this bearer token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// Whether its answer has no body.
    pub fn is_head(&self) -> bool {
        self.method == "HEAD"
    }

    /// The HTTP/1.1 message.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = [self.method.as_bytes(), b" ", &self.path, b" HTTP/1.1\r\n"].concat();
        for (name, value) in &self.headers {
            bytes.extend([name, b": ".as_slice(), value, b"\r\n"].concat());
        }
        if let Some(body) = &self.body {
            bytes.extend(format!("content-length: {}\r\n", body.len()).bytes());
        }
        bytes.extend(b"\r\n");
        bytes.extend(self.body.iter().flatten());
        bytes
    }
}

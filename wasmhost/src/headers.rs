//! Header fields: a list of names and values in order, and its serialization in ABI 0.2.1.

/// Header fields in order of arrival, duplicates included, as bytes.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Headers(Vec<(Vec<u8>, Vec<u8>)>);

impl Headers {
    /// No fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Every field.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.0.iter().map(|(name, value)| (name.as_slice(), value.as_slice()))
    }

    /// How many fields.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every value of the fields called `name`, as text for assertions.
    pub fn all(&self, name: &str) -> Vec<String> {
        let values = self.0.iter().filter(|(field, _)| is(field, name.as_bytes()));
        values.map(|(_, value)| String::from_utf8_lossy(value).into_owned()).collect()
    }

    /// The value of the first field called `name`, as text for assertions.
    pub fn first(&self, name: &str) -> Option<String> {
        self.all(name).into_iter().next()
    }

    /// One field more.
    pub fn add(&mut self, name: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.0.push((name.into(), value.into()));
    }

    /// All fields of this name become one, in the place of the first.
    pub fn replace(&mut self, name: &[u8], value: &[u8]) {
        let at = self.0.iter().position(|(field, _)| is(field, name)).unwrap_or(self.0.len());
        self.remove(name);
        self.0.insert(at.min(self.0.len()), (name.to_ascii_lowercase(), value.to_vec()));
    }

    /// No field of this name remains.
    pub fn remove(&mut self, name: &[u8]) {
        self.0.retain(|(field, _)| !is(field, name));
    }

    pub(crate) fn value(&self, name: &[u8]) -> Option<&[u8]> {
        self.iter().find(|(field, _)| is(field, name)).map(|(_, value)| value)
    }

    /// A count, the lengths, then every text with a NUL behind it; all numbers little-endian.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let word = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
        let mut bytes = word(self.len()).to_vec();
        for (name, value) in self.iter() {
            bytes.extend(word(name.len()));
            bytes.extend(word(value.len()));
        }
        for text in self.iter().flat_map(|(name, value)| [name, value]) {
            bytes.extend(text);
            bytes.push(0);
        }
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() {
            return Some(Self::default());
        }
        let word = |index: usize| {
            let word = bytes.get(index * 4..)?.first_chunk()?;
            usize::try_from(u32::from_le_bytes(*word)).ok()
        };
        let count = word(0)?;
        let mut texts = bytes.get(count.checked_mul(8)?.checked_add(4)?..)?;
        let mut take = |length: usize| {
            let text = texts.get(..length)?.to_vec();
            texts = texts.get(length + 1..)?;
            Some(text)
        };
        let field = |index: usize| Some((take(word(1 + 2 * index)?)?, take(word(2 + 2 * index)?)?));
        (0..count).map(field).collect::<Option<_>>().map(Self)
    }
}

impl<N: AsRef<[u8]>, V: AsRef<[u8]>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        let fields = fields.into_iter();
        Self(fields.map(|(name, value)| (name.as_ref().to_vec(), value.as_ref().to_vec())).collect())
    }
}

fn is(field: &[u8], name: &[u8]) -> bool {
    field.eq_ignore_ascii_case(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_wrote() {
        let headers: Headers =
            [("a", b"1".as_slice()), ("a", b"\xff\xfe"), ("", b"")].into_iter().collect();
        assert_eq!(Headers::decode(&headers.encode()), Some(headers.clone()));
        let bytes = headers.encode();
        for cut in 1..bytes.len() {
            assert_eq!(Headers::decode(&bytes[..cut]), None, "{cut}");
        }
    }

    #[test]
    fn replacing_leaves_one_field_in_the_place_of_the_first() {
        let mut headers: Headers = [("a", "1"), ("b", "2"), ("A", "3")].into_iter().collect();
        headers.replace(b"a", b"4");
        assert_eq!(headers, [("a", "4"), ("b", "2")].into_iter().collect());
        headers.replace(b"c", b"5");
        assert_eq!(headers.first("C").as_deref(), Some("5"));
    }
}

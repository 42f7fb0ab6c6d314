//! What a manifest says, by name.

/// A claim of a manifest. All of them are mandatory, and there are no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Claim {
    /// Which bundle it is.
    Name,
    /// The number that grows with every change.
    Version,
    /// When it was signed.
    IssuedAt,
    /// When it ends.
    NotAfter,
    /// Digest and length of the content.
    Content,
    /// Digest of the schema that the policies were validated against.
    Schema,
}

impl Claim {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Name, Self::Version, Self::IssuedAt, Self::NotAfter, Self::Content, Self::Schema];

    /// The name of the member.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Version => "version",
            Self::IssuedAt => "iat",
            Self::NotAfter => "not_after",
            Self::Content => "content",
            Self::Schema => "schema",
        }
    }
}

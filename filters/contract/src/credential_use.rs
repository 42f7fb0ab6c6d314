//! Whether the service behind sees the credential too.

/// What becomes of a credential that was found good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialUse {
    /// The service behind sees it too.
    Keep,
    /// It ends here.
    Remove,
}

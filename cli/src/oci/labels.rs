//! Where an image comes from, in the names that the image specification gives.

use super::descriptor::Annotations;

/// What is said of an image.
pub(crate) struct Labels<'a> {
    pub(crate) title: &'a str,
    pub(crate) description: &'a str,
    pub(crate) version: &'a str,
    /// The commit that it was built from.
    pub(crate) revision: Option<&'a str>,
    /// Where that commit is.
    pub(crate) source: Option<&'a str>,
    /// When the commit was made, as RFC 3339 writes it; the time of the build would make other bytes each time.
    pub(crate) created: Option<&'a str>,
}

/// Of what is ours; what is linked stands in the notices.
const LICENSES: &str = "Apache-2.0";

impl Labels<'_> {
    /// Them by their names; what is not known is left out.
    pub(crate) fn annotations(&self) -> Annotations {
        let known = [
            ("created", self.created),
            ("description", Some(self.description)),
            ("licenses", Some(LICENSES)),
            ("revision", self.revision),
            ("source", self.source),
            ("title", Some(self.title)),
            ("version", Some(self.version)),
        ];
        let known = known.into_iter().filter_map(|(name, value)| Some((name, value?)));
        known.map(|(name, value)| (format!("org.opencontainers.image.{name}"), value.to_owned())).collect()
    }
}

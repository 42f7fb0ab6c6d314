//! What a command is about: a layout on disk or an image in a registry.

use std::path::Path;

use super::credentials::Login;
use super::{Digest, Fault, Layout, Place, Reference, Registry, Which};

/// An image and where it lies.
pub(crate) enum Target {
    /// In a folder.
    Layout(Layout, Which),
    /// In a registry.
    Registry(Box<Registry>, Which),
}

impl Target {
    /// What `text` names: the layout in the folder of that name, or else what a reference refers to. `tag` says
    /// which image of a layout, where there are several.
    ///
    /// # Errors
    /// When it is neither, or does not say which image.
    pub(crate) fn parse(text: &str, tag: Option<&str>, plain_http: bool) -> Result<Self, Fault> {
        let folder = Path::new(text);
        if !folder.is_dir() {
            let reference = Reference::parse(text)?;
            let which = reference.which()?;
            let registry = Registry::new(&reference, plain_http, Login::of_process())?;
            return Ok(Self::Registry(Box::new(registry), which));
        }
        let layout = Layout::open(folder)?;
        let which = match tag {
            Some(tag) => Which::Tag(tag.to_owned()),
            None => layout.only_image()?,
        };
        Ok(Self::Layout(layout, which))
    }

    /// Where the image lies.
    pub(crate) fn place(&self) -> &dyn Place {
        match self {
            Self::Layout(layout, _) => layout,
            Self::Registry(registry, _) => registry.as_ref(),
        }
    }

    /// The bytes of the manifest and its digest.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn manifest(&self) -> Result<(Vec<u8>, Digest), Fault> {
        let (Self::Layout(_, which) | Self::Registry(_, which)) = self;
        let bytes = self.place().manifest(which)?.ok_or_else(|| Fault::Missing(which.to_string()))?;
        let digest = Digest::of(&bytes);
        Ok((bytes, digest))
    }
}

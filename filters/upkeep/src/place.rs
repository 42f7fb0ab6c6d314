//! The texts by which a proxy is told where to fetch something.

use crate::field_error::{FieldError, FieldFault};

/// Check the text of `field`, which names a cluster or becomes the value of a header.
///
/// # Errors
/// When it is none.
pub fn check_text(field: &str, text: &str) -> Result<(), FieldError> {
    let is_text = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_text { Ok(()) } else { Err(FieldError::new(field, FieldFault::NotText)) }
}

/// Check the text of `field`, which becomes the value of `:path`.
///
/// # Errors
/// When it is none.
pub fn check_path(field: &str, path: &str) -> Result<(), FieldError> {
    check_text(field, path)?;
    if path.starts_with('/') { Ok(()) } else { Err(FieldError::new(field, FieldFault::PathRelative)) }
}

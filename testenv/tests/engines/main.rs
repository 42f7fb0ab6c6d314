//! Global limits, against engines that work and engines that do not.

#![expect(clippy::disallowed_methods, reason = "waiting is measured with a real clock")]

mod real;

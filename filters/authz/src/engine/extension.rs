//! Values of Cedar's extension types, which only their constructors can make.

use std::sync::LazyLock;

use cedar_policy_core::ast::{self, ExtensionFunction, Name, PartialValue};
use cedar_policy_core::extensions::Extensions;

/// An extension type. Each has a constructor that takes one string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExtensionKind {
    /// `ipaddr`: an address or a range of addresses.
    IpAddr,
    /// `decimal`: up to four digits behind the point.
    Decimal,
    /// `datetime`: milliseconds since the epoch.
    DateTime,
    /// `duration`: milliseconds.
    Duration,
}

/// A value of such a type.
#[derive(Debug, Clone)]
pub(crate) struct Extension {
    kind: ExtensionKind,
    text: String,
    value: ast::Value,
}

impl Extension {
    /// Of which type it is.
    pub(crate) const fn kind(&self) -> ExtensionKind {
        self.kind
    }

    /// What it was made of.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// Two that are written differently can be the same.
impl PartialEq for Extension {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Extension {}

/// The constructors in the order of [`ExtensionKind`]; to look one up costs as much as a decision.
static CONSTRUCTORS: LazyLock<[Option<&'static ExtensionFunction>; 4]> = LazyLock::new(|| {
    ["ip", "decimal", "datetime", "duration"].map(|name| {
        let name = name.parse::<Name>().ok()?;
        Extensions::all_available().func(&name).ok()
    })
});

impl ExtensionKind {
    /// The kind whose values have the type called `name`.
    pub(super) fn of_type(name: &str) -> Option<Self> {
        [Self::IpAddr, Self::Decimal, Self::DateTime, Self::Duration]
            .into_iter()
            .find(|kind| kind.type_name() == name)
    }

    /// The name of the type in a schema.
    pub(crate) const fn type_name(self) -> &'static str {
        match self {
            Self::IpAddr => "ipaddr",
            Self::Decimal => "decimal",
            Self::DateTime => "datetime",
            Self::Duration => "duration",
        }
    }

    /// The value that the constructor makes of `text`, if it takes it.
    pub(crate) fn parse(self, text: &str) -> Option<Extension> {
        let [ip, decimal, datetime, duration] = *CONSTRUCTORS;
        let constructor = match self {
            Self::IpAddr => ip,
            Self::Decimal => decimal,
            Self::DateTime => datetime,
            Self::Duration => duration,
        };
        match constructor?.call(&[ast::Value::from(text)]).ok()? {
            PartialValue::Value(value) => Some(Extension { kind: self, text: text.to_owned(), value }),
            PartialValue::Residual(_) => None,
        }
    }
}

impl From<Extension> for ast::Value {
    fn from(extension: Extension) -> Self {
        extension.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_the_constructor_takes() {
        use ExtensionKind::{DateTime, Decimal, Duration, IpAddr};
        for (kind, good, bad) in [
            (IpAddr, "10.0.0.0/8", "10.0.0"),
            (IpAddr, "2001:db8::1", "2001:db8::g"),
            (Decimal, "-1.5", "1.23456"),
            (DateTime, "2026-11-27T06:00:00.123Z", "2026-11-27 06:00"),
            (Duration, "1h30m", "90 minutes"),
        ] {
            assert!(kind.parse(good).is_some(), "{good}");
            assert_eq!(kind.parse(bad), None, "{bad}");
            assert_eq!(ExtensionKind::of_type(kind.type_name()), Some(kind));
        }
        assert_ne!(IpAddr.parse("10.0.0.1"), IpAddr.parse("10.0.0.2"));
    }
}

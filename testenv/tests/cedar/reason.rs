//! Why something of the corpus is not asked: a closed list, known before any answer and without asking us.

use std::fmt;

/// Why a request is not asked, or with most of its requests a whole set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The corpus says that Cedar's validator refuses the policies, and so does a plugin.
    PoliciesInvalid,
    /// The principal is one of an enumeration, and no claim can be trusted to stay within it.
    PrincipalEnumerated,
    /// A member of the context refers to an enumeration.
    ContextEnumerated,
    /// The principal's type requires attributes, and `entities` does not have the principal.
    PrincipalUnknown,
    /// The same of the resource.
    ResourceUnknown,
    /// The resource has no name and `entities` does not have it: in a route that is a slip.
    ResourceNameless,
    /// In the id of a route's resource braces are parameters of the path.
    ResourceBraces,
    /// A value of the context is the result of a method, which has no text.
    ContextComputed,
    /// Policies ask for an attribute of principals that no entity has and no claim is mapped to.
    AttributeNowhere,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::PoliciesInvalid,
        Self::PrincipalEnumerated,
        Self::ContextEnumerated,
        Self::PrincipalUnknown,
        Self::ResourceUnknown,
        Self::ResourceNameless,
        Self::ResourceBraces,
        Self::ContextComputed,
        Self::AttributeNowhere,
    ];
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PoliciesInvalid => "policies that the corpus calls invalid",
            Self::PrincipalEnumerated => "a principal of an enumeration",
            Self::ContextEnumerated => "a context with an entity of an enumeration",
            Self::PrincipalUnknown => "a principal without the attributes that it must have",
            Self::ResourceUnknown => "a resource without the attributes that it must have",
            Self::ResourceNameless => "a resource without a name that is no entity",
            Self::ResourceBraces => "braces in the id of a resource",
            Self::ContextComputed => "a context with a value that a method has made",
            Self::AttributeNowhere => "an attribute that policies ask for and nothing gives",
        })
    }
}

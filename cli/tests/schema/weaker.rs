//! What the compiler refuses and no schema can: rules across fields, and texts in languages of their own.

/// Each rule by its name, with what the compiler says of it.
pub(crate) const WEAKER: [(&str, &[&str]); 0] = [];

/// The name of the rule that the compiler's `message` is about.
pub(crate) fn reason(message: &str) -> Option<&'static str> {
    let says = |said: &&str| message.contains(*said);
    WEAKER.iter().find(|(_, said)| said.iter().any(|said| says(&said))).map(|(name, _)| *name)
}

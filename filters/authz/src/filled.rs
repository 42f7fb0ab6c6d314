//! The texts of a route's resource: its id, its attributes, what it is in.

use std::borrow::Cow;

use contract::RouteMatch;

use crate::reason::{Denial, Reason};

/// A text in which path parameters are filled, such as `{shop}/{order_id}`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Filled(Vec<Piece>);

#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Parameter(String),
}

impl Filled {
    /// Parse a template that uses `parameters` only. It may be empty.
    ///
    /// # Errors
    /// With a message when it does not parse, or when two resources could come to share it.
    pub(crate) fn parse(template: &str, parameters: &[String]) -> Result<Self, String> {
        let pieces = pieces(template)?;
        for piece in &pieces {
            if let Piece::Parameter(name) = piece
                && !parameters.contains(name)
            {
                return Err(format!("the path of this route has no parameter `{name}`"));
            }
        }
        check_boundaries(&pieces)?;
        Ok(Self(pieces))
    }

    /// The text, when it is the same for every request.
    pub(crate) fn fixed(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The text for one request, with decoded parameters.
    pub(crate) fn fill<'a>(&'a self, route: &'a RouteMatch<'_>) -> Result<Cow<'a, str>, Denial> {
        let value = |piece: &'a Piece| match piece {
            Piece::Text(text) => Ok(text.as_str()),
            Piece::Parameter(name) => {
                route.parameter(name).ok_or_else(|| Reason::ResourceMissing.because(name))
            }
        };
        match self.0.as_slice() {
            [] => Ok(Cow::Borrowed("")),
            [only] => value(only).map(Cow::Borrowed),
            several => several.iter().map(value).collect::<Result<String, _>>().map(Cow::Owned),
        }
    }
}

fn pieces(template: &str) -> Result<Vec<Piece>, String> {
    let unbalanced = || "braces do not match: write `{name}`".to_owned();
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((text, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or_else(unbalanced)?;
        if text.contains('}') || name.contains('{') {
            return Err(unbalanced());
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(text.to_owned()));
        }
        pieces.push(Piece::Parameter(name.to_owned()));
        rest = after;
    }
    match rest {
        _ if rest.contains('}') => Err(unbalanced()),
        "" => Ok(pieces),
        text => {
            pieces.push(Piece::Text(text.to_owned()));
            Ok(pieces)
        }
    }
}

/// `{a}-{b}` would give the resources `x-y`, `z` and `x`, `y-z` one id. A slash cannot be part of a decoded
/// parameter, because a path in which it is escaped does not settle; only the one parameter that takes the
/// rest of a path has any, and one is not enough to blur a boundary.
fn check_boundaries(pieces: &[Piece]) -> Result<(), String> {
    let mut separated = true;
    for piece in pieces {
        match piece {
            Piece::Text(text) => separated |= text.contains('/'),
            Piece::Parameter(_) if !separated => {
                return Err("write a `/` between two parameters: without it, two resources could \
                            share an id"
                    .to_owned());
            }
            Piece::Parameter(_) => separated = false,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::{Authenticate, Route, RouteId};

    fn filled(template: &str) -> Result<String, Denial> {
        let route = Route {
            name: "r".into(),
            authenticate: Authenticate::None,
            demands: contract::Demands::default(),
            credential: None,
            accepts: contract::Accepts::default(),
            authorize: None,
            limits: vec![],
            parameters: vec!["a".into(), "b".into(), "unfilled".into()],
        };
        let id = Filled::parse(template, &route.parameters).unwrap();
        let parameters = vec![("a".into(), "1".into()), ("b".into(), "zoë".into())];
        id.fill(&RouteMatch { id: RouteId(0), route: &route, parameters }).map(Cow::into_owned)
    }

    #[test]
    fn fills_decoded_parameters() {
        for (template, wanted) in [
            ("", ""),
            ("orders", "orders"),
            ("{a}", "1"),
            ("order-{a}!", "order-1!"),
            ("{a}/x/{b}", "1/x/zoë"),
        ] {
            assert_eq!(filled(template).unwrap(), wanted);
        }
        assert_eq!(filled("{unfilled}"), Err(Reason::ResourceMissing.because("unfilled")));
    }

    #[test]
    fn refuses_templates_that_cannot_be_meant() {
        for (template, wanted) in [
            ("{a", "braces do not match"),
            ("a}", "braces do not match"),
            ("{{a}}", "braces do not match"),
            ("}{a}", "braces do not match"),
            ("{c}", "has no parameter `c`"),
            ("{}", "has no parameter ``"),
            ("{a}{b}", "write a `/` between two parameters"),
            ("{a}-{b}", "write a `/` between two parameters"),
        ] {
            let error = Filled::parse(template, &["a".into(), "b".into()]).unwrap_err();
            assert!(error.contains(wanted), "{template}: {error}");
        }
    }
}

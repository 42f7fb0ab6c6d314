//! The context of a request: what the schema declares for the action, and nothing else.

use contract::{Request, Route};

use crate::engine::{Member, Shape, Value};
use crate::reason::{Denial, Reason};

/// The members of the context of one route's action.
pub(crate) struct Context(Vec<Planned>);

struct Planned {
    name: String,
    source: Source,
    required: bool,
}

/// Where a member's value comes from.
enum Source {
    Method,
    Path,
    Route,
    Caller,
    Parameters(Vec<Parameter>),
}

struct Parameter {
    name: String,
    required: bool,
}

impl Context {
    /// Plan the members that the schema declares for the action of `route`.
    ///
    /// # Errors
    /// With a message when one of them is nothing that a request has. That holds for optional ones as
    /// well: a policy that asks for it would never apply, and nobody would notice.
    pub(crate) fn plan(declared: Vec<Member>, route: &Route) -> Result<Self, String> {
        let plan = |Member { name, required, shape }: Member| {
            let source = Source::of(&name, &shape, route)?;
            Ok(Planned { name, source, required })
        };
        declared.into_iter().map(plan).collect::<Result<_, String>>().map(Self)
    }

    /// The context of `request`.
    pub(crate) fn fill<'a>(&'a self, request: &Request<'a>) -> Result<Vec<(&'a str, Value<'a>)>, Denial> {
        let mut members = Vec::with_capacity(self.0.len());
        for Planned { name, source, required } in &self.0 {
            match source.value(request)? {
                Some(value) => members.push((name.as_str(), value)),
                None if *required => return Err(Reason::ContextMissing.because(name)),
                None => {}
            }
        }
        Ok(members)
    }
}

impl Source {
    fn of(name: &str, shape: &Shape, route: &Route) -> Result<Self, String> {
        let source = match name {
            "method" => Self::Method,
            "path" => Self::Path,
            "route" => Self::Route,
            "caller" => Self::Caller,
            "parameters" => return parameters(shape, route).map(Self::Parameters),
            _ => {
                return Err(format!(
                    "the schema's context has a member `{name}`; a request has `method`, `path`, `route`, \
                     `parameters` and `caller`"
                ));
            }
        };
        if *shape == Shape::String {
            return Ok(source);
        }
        Err(format!("the context's `{name}` is a String, but the schema says {shape}"))
    }

    fn value<'a>(&'a self, request: &Request<'a>) -> Result<Option<Value<'a>>, Denial> {
        let text = match self {
            Self::Method => request.head.method().and_then(|method| std::str::from_utf8(method).ok()),
            Self::Path => Some(request.path.path()),
            Self::Route => Some(request.route.route.name.as_str()),
            Self::Caller => request.peer.map(|peer| peer.spiffe_id().as_str()),
            Self::Parameters(planned) => return record(planned, request).map(Some),
        };
        Ok(text.map(Value::String))
    }
}

fn parameters(shape: &Shape, route: &Route) -> Result<Vec<Parameter>, String> {
    let Shape::Record(members) = shape else {
        return Err(format!(
            "the context's `parameters` is a record of Strings, but the schema says {shape}"
        ));
    };
    let mut planned = Vec::with_capacity(members.len());
    for Member { name, required, shape } in members {
        if *shape != Shape::String {
            return Err(format!(
                "the context's `parameters.{name}` is a String, but the schema says {shape}"
            ));
        }
        let filled = route.parameters.contains(name);
        if *required && !filled {
            return Err(format!(
                "the schema's context requires `parameters.{name}`, and the path of this route has no such \
                 parameter"
            ));
        }
        if filled {
            planned.push(Parameter { name: name.clone(), required: *required });
        }
    }
    Ok(planned)
}

fn record<'a>(planned: &'a [Parameter], request: &Request<'a>) -> Result<Value<'a>, Denial> {
    let mut members = Vec::with_capacity(planned.len());
    for Parameter { name, required } in planned {
        match request.route.parameter(name) {
            Some(value) => members.push((name.as_str(), value)),
            None if *required => return Err(Reason::ContextMissing.because(format!("parameters.{name}"))),
            None => {}
        }
    }
    Ok(Value::Record(members))
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::{Authenticate, Head, RouteId, RouteMatch, SettledPath};

    fn filled(declared: &[(&str, Shape)], required: bool) -> Result<Vec<String>, Denial> {
        let route = Route {
            name: "r".into(),
            authenticate: Authenticate::None,
            demands: contract::Demands::default(),
            credential: None,
            accepts: contract::Accepts::default(),
            authorize: None,
            limits: vec![],
            parameters: vec!["a".into(), "b".into()],
        };
        let context = Context::plan(members(declared, required), &route).unwrap();
        let request = Request {
            head: &Head::from_pairs([(b":method".as_slice(), b"\xff".as_slice())]).unwrap(),
            path: &SettledPath::settle(b"/p?q").unwrap(),
            route: &RouteMatch {
                id: RouteId(0),
                route: &route,
                parameters: vec![("a".into(), "1".into())],
            },
            identity: None,
            peer: None,
        };
        let members = context.fill(&request)?;
        Ok(members.into_iter().map(|(name, value)| format!("{name} {value:?}")).collect())
    }

    fn members(declared: &[(&str, Shape)], required: bool) -> Vec<Member> {
        let member =
            |(name, shape): &(&str, Shape)| Member { name: (*name).into(), required, shape: shape.clone() };
        declared.iter().map(member).collect()
    }

    fn parameters(names: &[&str], required: bool) -> Shape {
        let strings: Vec<_> = names.iter().map(|name| (*name, Shape::String)).collect();
        Shape::Record(members(&strings, required))
    }

    #[test]
    fn builds_what_the_schema_declares_and_nothing_else() {
        for (declared, wanted) in [
            (("path", Shape::String), vec!["path String(\"/p\")"]),
            (("route", Shape::String), vec!["route String(\"r\")"]),
            (("parameters", parameters(&["a"], true)), vec!["parameters Record([(\"a\", \"1\")])"]),
            (("parameters", parameters(&["c"], false)), vec!["parameters Record([])"]),
        ] {
            assert_eq!(filled(&[declared], true).unwrap(), wanted);
        }
        assert_eq!(filled(&[], true), Ok(vec![]));
    }

    #[test]
    fn leaves_out_or_refuses_what_the_request_does_not_have() {
        for (declared, missing) in [
            (("caller", Shape::String), "caller"),
            (("method", Shape::String), "method"),
            (("parameters", parameters(&["a", "b"], true)), "parameters.b"),
        ] {
            let denial = Reason::ContextMissing.because(missing);
            assert_eq!(filled(&[declared], true), Err(denial), "{missing}");
        }
        for declared in [("caller", Shape::String), ("method", Shape::String)] {
            assert_eq!(filled(&[declared], false), Ok(vec![]));
        }
        let optional = ("parameters", parameters(&["a", "b"], false));
        assert_eq!(filled(&[optional], false).unwrap(), ["parameters Record([(\"a\", \"1\")])"]);
    }
}

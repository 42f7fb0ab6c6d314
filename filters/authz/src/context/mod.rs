//! The context of a request: what the schema declares for the action, and nothing else.

mod plan;
mod source;
mod token;

use std::cell::OnceCell;

use contract::{Env, Request, TlsFacts};

pub(crate) use plan::Plan;

use crate::engine::{Shape, Value};
use crate::principal::{Known, is_dear};
use crate::reason::{Denial, Reason};
use source::{Found, Group, Source};

/// The members of the context of one route's action.
#[derive(Debug)]
pub(crate) struct Context(Vec<Member>);

/// One member: a value of its own, or a record of members.
#[derive(Debug)]
struct Member {
    name: String,
    required: bool,
    /// Whether any policy can see it. What none can is not part of the question; it must be there and fit all
    /// the same, unless it is dear to make.
    seen: bool,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    One(Source, Shape),
    Record(Group, Vec<Member>),
}

/// What a context is filled from.
pub(crate) struct Facts<'a> {
    request: &'a Request<'a>,
    env: &'a Env<'a>,
    caller: &'a Known<'a>,
    /// Asked for once: every question to the proxy has its price.
    tls: OnceCell<Option<TlsFacts>>,
}

impl<'a> Facts<'a> {
    pub(crate) const fn new(request: &'a Request<'a>, env: &'a Env<'a>, caller: &'a Known<'a>) -> Self {
        Self { request, env, caller, tls: OnceCell::new() }
    }

    pub(crate) const fn caller(&self) -> &'a Known<'a> {
        self.caller
    }

    pub(crate) const fn request(&self) -> &'a Request<'a> {
        self.request
    }

    fn tls(&self) -> Option<&TlsFacts> {
        self.tls.get_or_init(|| self.env.connection.tls()).as_ref()
    }
}

impl Context {
    /// Whether a policy can see what time it is.
    pub(crate) fn changes_with_time(&self) -> bool {
        self.0.iter().any(Member::changes_with_time)
    }

    /// The context of one request.
    pub(crate) fn fill<'a>(&'a self, facts: &Facts<'a>) -> Result<Vec<(&'a str, Value<'a>)>, Denial> {
        fill(&self.0, "", facts)
    }
}

fn fill<'a>(
    members: &'a [Member],
    within: &str,
    facts: &Facts<'a>,
) -> Result<Vec<(&'a str, Value<'a>)>, Denial> {
    let mut filled = Vec::with_capacity(members.len());
    for member in members.iter().filter(|member| member.is_made()) {
        let name = || format!("{within}{}", member.name);
        match member.value(facts, &name)? {
            Found::Value(_) if !member.seen => {}
            Found::Value(value) => filled.push((member.name.as_str(), value)),
            Found::Unfit => return Err(Reason::ContextType.because(name())),
            Found::Nothing if member.required => return Err(Reason::ContextMissing.because(name())),
            Found::Nothing => {}
        }
    }
    Ok(filled)
}

impl Member {
    fn changes_with_time(&self) -> bool {
        self.seen
            && match &self.kind {
                Kind::One(source, _) => source.changes_with_time(),
                Kind::Record(_, members) => members.iter().any(Self::changes_with_time),
            }
    }

    fn is_made(&self) -> bool {
        match &self.kind {
            Kind::One(_, shape) => self.seen || !is_dear(shape),
            Kind::Record(..) => true,
        }
    }

    fn value<'a>(&'a self, facts: &Facts<'a>, name: &dyn Fn() -> String) -> Result<Found<'a>, Denial> {
        match &self.kind {
            Kind::One(source, shape) => Ok(source.value(shape, facts)),
            Kind::Record(group, _) if !group.is_there(facts) => Ok(Found::Nothing),
            Kind::Record(_, members) => fill(members, &format!("{}.", name()), facts)
                .map(|members| Found::Value(Value::Record(members))),
        }
    }
}

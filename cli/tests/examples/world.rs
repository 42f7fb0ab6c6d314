//! A request as it comes to the policy stage: who was verified, by which connection, at which time.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;

use contract::{
    Connection, CredentialKind, Edit, Edits, Env, Head, Identity, IdentityFacts, MemoryStore, NoMeter,
    NoProxyCrypto, Nowhere, Peer, SpiffeId, UnixTime,
};
use pipeline::{Handoff, Pipeline, Record, Step, Unwatched};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::case::{ApiKey, Case, Denial, Table};

/// What has become of a request.
#[derive(Debug)]
pub(crate) struct Decision {
    /// The reason of a refusal.
    reason: Option<&'static str>,
    evidence: Vec<String>,
    headers: BTreeMap<String, String>,
}

/// Where the client is.
struct From(Option<IpAddr>);

impl Connection for From {
    fn source_address(&self) -> Option<IpAddr> {
        self.0
    }
}

pub(crate) fn decide(pipeline: &Pipeline, table: &Table, case: &Case) -> Decision {
    let (store, from) = (MemoryStore::default(), From(case.address.or(table.address)));
    let env = Env {
        now: instant(case.at.as_ref().unwrap_or(&table.at)),
        entropy: &Nowhere,
        connection: &from,
        store: &store,
        crypto: &NoProxyCrypto,
        meter: &NoMeter,
    };
    match pipeline.begin(&head(case), handoff(case), &env, &Unwatched) {
        Step::Allow(allowed) => Decision::new(None, &allowed.record, &allowed.response),
        Step::Refuse(refused) => {
            Decision::new(Some(refused.refusal.reason), &refused.record, &refused.refusal.headers)
        }
        Step::Ask(_) | Step::Wait(_) | Step::Answer(_) => {
            panic!("{}: neither allowed nor refused", case.name)
        }
    }
}

impl Decision {
    fn new(reason: Option<&'static str>, record: &Record, edits: &Edits) -> Self {
        let record: Value = serde_json::from_str(&record.line()).unwrap();
        let evidence = record["evidence"].as_array().into_iter().flatten();
        let headers = edits.iter().filter_map(|edit| match edit {
            Edit::Set(name, value) | Edit::Append(name, value) => {
                Some((name.to_string(), value.as_str().to_owned()))
            }
            Edit::Remove(_) => None,
        });
        Self {
            reason,
            evidence: evidence.map(|line| line.as_str().unwrap().to_owned()).collect(),
            headers: headers.collect(),
        }
    }

    /// Hold it against what the table says; gives the policies that were at work.
    pub(crate) fn check(&self, case: &Case) -> Result<Vec<String>, String> {
        let wanted = match (&case.allow, &case.deny) {
            (Some(policies), None) => (None, policies),
            (None, Some(Denial { reason, by })) => (Some(reason.as_str()), by),
            (Some(_), Some(_)) | (None, None) => return Err("say either `allow` or `deny`".into()),
        };
        let (remarks, by): (Vec<_>, Vec<_>) =
            self.evidence.iter().cloned().partition(|line| is_remark(line));
        let is_told = |line: &String| remarks.contains(line);
        if (self.reason, &by) != wanted || !case.record.iter().all(is_told) || case.headers != self.headers
        {
            return Err(format!("{self:?}"));
        }
        let shadowed = remarks.iter().filter_map(|line| line.strip_prefix("shadow_policy:deny:"));
        Ok(by.into_iter().chain(shadowed.map(str::to_owned)).collect())
    }
}

fn is_remark(line: &str) -> bool {
    ["reason:", "doc:", "shadow_policy:"].iter().any(|prefix| line.starts_with(prefix))
}

fn head(case: &Case) -> Head {
    let (method, path) = case.request.split_once(' ').unwrap();
    let fields = [(":method", method), (":path", path), (":authority", "shop.test")];
    let sent = case.send.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let fields = fields.into_iter().chain(sent);
    Head::from_pairs(fields.map(|(name, value)| (name.as_bytes(), value.as_bytes()))).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the table says that they were verified")]
fn handoff(case: &Case) -> Handoff {
    let user = case.user.clone().map(user);
    let facts = user.or_else(|| case.api_key.as_ref().map(key));
    let peer = case.workload.as_ref().map(|id| Peer::from_verified(SpiffeId::parse(id).unwrap()));
    Handoff { identity: facts.map(Identity::from_verified).map(Rc::new), peer: peer.map(Rc::new) }
}

fn user(claims: Map<String, Value>) -> IdentityFacts {
    IdentityFacts {
        provider: "corp".into(),
        kind: CredentialKind::AccessToken,
        issuer: "https://issuer.test".into(),
        subject: claims.get("sub").and_then(Value::as_str).unwrap_or_default().into(),
        audience: vec!["shop-api".into()],
        scopes: Vec::new(),
        expires: 4_000_000_000,
        transaction: None,
        claims,
    }
}

fn key(ApiKey { owner, scopes }: &ApiKey) -> IdentityFacts {
    let claims = [("iss", "urn:watchword:api-keys:partners"), ("sub", owner), ("api_key_id", "k1")];
    IdentityFacts {
        provider: "partners".into(),
        kind: CredentialKind::ApiKey,
        issuer: "urn:watchword:api-keys:partners".into(),
        subject: owner.clone(),
        audience: Vec::new(),
        scopes: scopes.clone(),
        expires: 253_402_300_799,
        transaction: None,
        claims: claims.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect(),
    }
}

fn instant(text: &str) -> UnixTime {
    let seconds = OffsetDateTime::parse(text, &Rfc3339).unwrap().unix_timestamp();
    UnixTime::from_seconds(seconds.try_into().unwrap())
}

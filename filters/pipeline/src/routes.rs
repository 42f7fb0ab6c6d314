//! The route table: what is known of an API, matched once per request.

use std::collections::HashMap;

use contract::{
    Authenticate, Authorize, ConfigError, Head, Route, RouteId, RouteMatch, SettledPath, UnknownRoute,
};
use matchit::Router;

use crate::pattern;
use crate::raw::RawRoute;

/// Rows of the table: more than that belong behind several listeners.
const MAX_ROUTES: usize = 10_000;

/// The compiled route table.
pub(crate) struct Routes {
    rows: Vec<Route>,
    by_method: HashMap<String, Router<Vec<Candidate>>>,
    any_method: Router<Vec<Candidate>>,
    unknown: UnknownRoute,
}

/// A row that matches a path, if the host is one of these.
struct Candidate {
    id: RouteId,
    hosts: Option<Vec<String>>,
}

impl Routes {
    pub(crate) fn compile(raw: Vec<RawRoute>, unknown: UnknownRoute) -> Result<Self, ConfigError> {
        if raw.len() > MAX_ROUTES {
            return Err(ConfigError::at("routes", format!("at most {MAX_ROUTES} routes")));
        }
        let mut routes =
            Self { rows: Vec::new(), by_method: HashMap::new(), any_method: Router::new(), unknown };
        for (index, row) in raw.into_iter().enumerate() {
            routes.add(row, index)?;
        }
        routes.rows.push(unknown_row(unknown));
        Ok(routes)
    }

    pub(crate) fn rows(&self) -> &[Route] {
        &self.rows
    }

    pub(crate) const fn unknown(&self) -> UnknownRoute {
        self.unknown
    }

    /// The row that a request matches; the last one, if it matches none.
    pub(crate) fn find(&self, head: &Head, path: &SettledPath) -> (RouteId, Vec<(String, String)>) {
        let method = head.method().and_then(|method| std::str::from_utf8(method).ok());
        let host = head.authority().and_then(pattern::normal_host);
        let in_router = |router: &Router<Vec<Candidate>>| {
            let found = router.at(path.path()).ok()?;
            let candidate = found.value.iter().find(|candidate| candidate.takes(host.as_deref()))?;
            let decode = |(name, value): (&str, &str)| (name.to_owned(), SettledPath::decode(value));
            Some((candidate.id, found.params.iter().map(decode).collect()))
        };
        let by_method = method.and_then(|method| self.by_method.get(method)).and_then(in_router);
        by_method
            .or_else(|| in_router(&self.any_method))
            .unwrap_or_else(|| (RouteId(self.rows.len().saturating_sub(1)), Vec::new()))
    }

    /// The row `id`, with the values of its parameters.
    pub(crate) fn matched(&self, id: RouteId, parameters: Vec<(String, String)>) -> Option<RouteMatch<'_>> {
        self.rows.get(id.0).map(|route| RouteMatch { id, route, parameters })
    }

    fn add(&mut self, raw: RawRoute, index: usize) -> Result<(), ConfigError> {
        let at = |field: &str| format!("routes[{index}].{field}");
        let RawRoute { name, pattern, authenticate, authorize, limits } = raw;
        self.check_name(&name, &at("name"))?;
        check_providers(&authenticate, &at("authenticate"))?;
        let parameters = pattern::parameters(&pattern.path, &at("match.path"))?;
        let hosts = pattern::hosts(&pattern, &at("match.hosts"))?;
        let id = RouteId(self.rows.len());
        for method in methods(pattern.methods, &at("match.methods"))? {
            let router = match method {
                Some(method) => self.by_method.entry(method).or_default(),
                None => &mut self.any_method,
            };
            insert(router, &pattern.path, Candidate { id, hosts: hosts.clone() }, &at("match"))?;
        }
        self.rows.push(Route { name, authenticate, authorize, limits, parameters });
        Ok(())
    }

    fn check_name(&self, name: &str, at: &str) -> Result<(), ConfigError> {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if name.is_empty() || name.len() > 64 || !name.bytes().all(good) {
            return Err(ConfigError::at(at, "a name has 1 to 64 letters, digits, `-`, `_` or `.`"));
        }
        if name == Route::UNKNOWN || self.rows.iter().any(|row| row.name == name) {
            return Err(ConfigError::at(at, format!("`{name}` is taken")));
        }
        Ok(())
    }
}

impl Candidate {
    fn takes(&self, host: Option<&str>) -> bool {
        match &self.hosts {
            None => true,
            Some(hosts) => host.is_some_and(|host| hosts.iter().any(|candidate| candidate == host)),
        }
    }
}

/// Names of methods; one `None` for every method.
fn methods(raw: Option<Vec<String>>, at: &str) -> Result<Vec<Option<String>>, ConfigError> {
    let Some(methods) = raw else { return Ok(vec![None]) };
    let good = |method: &String| {
        !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-')
    };
    if methods.is_empty() || !methods.iter().all(good) {
        return Err(ConfigError::at(
            at,
            "methods are upper-case names; leave the list out for every method",
        ));
    }
    Ok(methods.into_iter().map(Some).collect())
}

/// Rows with hosts stand before the one without, so that the narrower row wins.
fn insert(
    router: &mut Router<Vec<Candidate>>,
    template: &str,
    candidate: Candidate,
    at: &str,
) -> Result<(), ConfigError> {
    if let Ok(found) = router.at_mut(template)
        && found.params.iter().all(|(name, value)| is_itself(name, value))
    {
        let catch_all = |candidate: &Candidate| candidate.hosts.is_none();
        if found.value.iter().any(catch_all) && catch_all(&candidate) {
            return Err(ConfigError::at(at, format!("another route matches `{template}` already")));
        }
        let position = if catch_all(&candidate) { found.value.len() } else { 0 };
        found.value.insert(position, candidate);
        return Ok(());
    }
    router.insert(template, vec![candidate]).map_err(|error| ConfigError::at(at, error))
}

/// Whether a template was found by its own spelling: every parameter then has itself as its value.
fn is_itself(name: &str, value: &str) -> bool {
    value == format!("{{{name}}}") || value == format!("{{*{name}}}")
}

fn check_providers(authenticate: &Authenticate, at: &str) -> Result<(), ConfigError> {
    match authenticate {
        Authenticate::AnyOf(providers) | Authenticate::Optional(providers) if providers.is_empty() => {
            Err(ConfigError::at(at, "name at least one provider, or say `none`"))
        }
        Authenticate::AnyOf(_) | Authenticate::Optional(_) | Authenticate::None | Authenticate::Anybody => {
            Ok(())
        }
    }
}

fn unknown_row(unknown: UnknownRoute) -> Route {
    let authenticate = match unknown {
        UnknownRoute::Deny | UnknownRoute::Allow => Authenticate::None,
        UnknownRoute::Authenticated => Authenticate::Anybody,
    };
    Route {
        name: Route::UNKNOWN.into(),
        authenticate,
        authorize: Some(Authorize::None),
        limits: Vec::new(),
        parameters: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn row(name: &str, pattern: Value) -> Value {
        json!({"name": name, "match": pattern, "authenticate": "none"})
    }

    fn table(rows: &[Value]) -> Result<Routes, ConfigError> {
        let raw = serde_json::from_value(json!(rows)).unwrap();
        Routes::compile(raw, UnknownRoute::Deny)
    }

    fn find(routes: &Routes, method: &str, host: &str, path: &str) -> (String, Vec<(String, String)>) {
        let pairs = [(":method", method), (":authority", host), (":path", path)];
        let head = Head::from_pairs(pairs.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes()))).unwrap();
        let settled = SettledPath::settle(path.as_bytes()).unwrap();
        let (id, parameters) = routes.find(&head, &settled);
        (routes.rows()[id.0].name.clone(), parameters)
    }

    #[test]
    fn matches_method_host_and_template() {
        let routes = table(&[
            row("read", json!({"methods": ["GET"], "path": "/orders/{order_id}"})),
            row("write", json!({"methods": ["POST", "PUT"], "path": "/orders/{id}"})),
            row("health", json!({"path": "/orders/health"})),
            row("eu", json!({"methods": ["GET"], "path": "/orders/{order_id}", "hosts": ["eu.test"]})),
            row("files", json!({"path": "/files/{*rest}"})),
        ])
        .unwrap();
        for (method, host, path, name) in [
            ("GET", "shop.test", "/orders/42", "read"),
            ("GET", "EU.test:443", "/orders/42", "eu"),
            ("POST", "shop.test", "/orders/42", "write"),
            ("DELETE", "shop.test", "/orders/42", "unknown"),
            ("get", "shop.test", "/orders/42", "unknown"),
            ("GET", "shop.test", "/orders/42/", "unknown"),
            ("GET", "shop.test", "/Orders/42", "unknown"),
            ("DELETE", "shop.test", "/orders/health", "health"),
            ("GET", "shop.test", "/files/a/b", "files"),
        ] {
            assert_eq!(find(&routes, method, host, path).0, name, "{method} {host} {path}");
        }
        let (_, parameters) = find(&routes, "GET", "shop.test", "/orders/zo%C3%AB");
        assert_eq!(parameters, [("order_id".into(), "zoë".into())]);
    }

    #[test]
    fn refuses_a_table_that_is_not_clear() {
        let good = json!({"methods": ["GET"], "path": "/a"});
        for (rows, path) in [
            (vec![row("", good.clone())], "routes[0].name"),
            (vec![row("unknown", good.clone())], "routes[0].name"),
            (vec![row("a", good.clone()), row("a", json!({"path": "/b"}))], "routes[1].name"),
            (vec![row("a", good.clone()), row("b", good.clone())], "routes[1].match"),
            (vec![row("a", json!({"path": "a"}))], "routes[0].match.path"),
            (vec![row("a", json!({"path": "/a", "methods": []}))], "routes[0].match.methods"),
            (vec![row("a", json!({"path": "/a", "methods": ["get"]}))], "routes[0].match.methods"),
            (vec![row("a", json!({"path": "/a", "hosts": ["b/c"]}))], "routes[0].match.hosts"),
        ] {
            assert_eq!(table(&rows).err().unwrap().path(), path);
        }
    }
}

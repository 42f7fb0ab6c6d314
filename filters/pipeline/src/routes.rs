//! The route table: what is known of an API, matched once per request.

use contract::{
    Accepts, Authenticate, Authorize, ConfigError, Demands, Head, Route, RouteId, RouteMatch, SettledPath,
    UnknownRoute, normal_host,
};

use crate::pattern::{self, Pattern};
use crate::preflight;
use crate::raw::{RawAnswer, RawPreflight, RawRoute};
use crate::trie::Trie;

/// Rows of the table: more than that belong behind several listeners.
pub(crate) const MAX_ROUTES: usize = 10_000;

/// Bytes of a route's name, which stands in every record.
pub(crate) const MAX_NAME_BYTES: usize = 64;

/// The compiled route table.
pub(crate) struct Routes {
    rows: Vec<Route>,
    trie: Trie<Candidate>,
    unknown: UnknownRoute,
    /// Whether a row is for some hosts only; otherwise that of a request is not looked at.
    has_hosts: bool,
    /// Rows that are answered here with whether this proxy can decide.
    ready: Vec<RouteId>,
}

/// A row at the end of its template.
struct Candidate {
    id: RouteId,
    pattern: Pattern,
    preflight: RawPreflight,
}

impl Routes {
    pub(crate) fn compile(raw: Vec<RawRoute>, unknown: UnknownRoute) -> Result<Self, ConfigError> {
        if raw.len() > MAX_ROUTES {
            return Err(ConfigError::at("routes", format!("at most {MAX_ROUTES} routes")));
        }
        let (rows, ready) = (Vec::new(), Vec::new());
        let mut routes = Self { rows, trie: Trie::default(), unknown, has_hosts: false, ready };
        for (index, row) in raw.into_iter().enumerate() {
            routes.add(row, &format!("routes[{index}]"))?;
        }
        routes.rows.push(preflight_row());
        routes.rows.push(unknown_row(unknown));
        Ok(routes)
    }

    pub(crate) fn rows(&self) -> &[Route] {
        &self.rows
    }

    pub(crate) const fn unknown(&self) -> UnknownRoute {
        self.unknown
    }

    /// The rows that are answered here with whether this proxy can decide.
    pub(crate) fn readiness(&self) -> impl Iterator<Item = RouteId> {
        self.ready.iter().copied()
    }

    /// Whether the row `id` is answered here with whether this proxy can decide.
    pub(crate) fn is_readiness(&self, id: RouteId) -> bool {
        self.ready.contains(&id)
    }

    /// The row that a request matches; the last one, if it matches none.
    pub(crate) fn find(&self, head: &Head, path: &SettledPath) -> (RouteId, Vec<(String, String)>) {
        let authority = head.authority().filter(|_| self.has_hosts);
        let host = authority.and_then(normal_host);
        if self.lets_preflight_pass(head, host.as_deref(), path) {
            return (self.nth_last(2), Vec::new());
        }
        let method = head.method().and_then(|method| std::str::from_utf8(method).ok());
        let takes = |candidate: &Candidate| candidate.pattern.takes(method, host.as_deref());
        let found = self.trie.find(path.path(), &takes);
        let named = found.and_then(|(candidate, values)| {
            let names = &self.rows.get(candidate.id.0)?.parameters;
            Some((candidate.id, names.iter().cloned().zip(values).collect()))
        });
        named.unwrap_or_else(|| (self.nth_last(1), Vec::new()))
    }

    /// Whether the request is a preflight for a row that lets preflights pass: the row of the method that the
    /// real request will have.
    fn lets_preflight_pass(&self, head: &Head, host: Option<&str>, path: &SettledPath) -> bool {
        let Some(method) = preflight::asked_method(head) else { return false };
        let takes = |candidate: &Candidate| candidate.pattern.takes(Some(method), host);
        let found = self.trie.find(path.path(), &takes);
        found.is_some_and(|(candidate, _)| candidate.preflight == RawPreflight::Pass)
    }

    /// The last row is that of unknown requests, the one before it that of preflights.
    const fn nth_last(&self, place: usize) -> RouteId {
        RouteId(self.rows.len().saturating_sub(place))
    }

    /// The row `id`, with the values of its parameters.
    pub(crate) fn matched(&self, id: RouteId, parameters: Vec<(String, String)>) -> Option<RouteMatch<'_>> {
        self.rows.get(id.0).map(|route| RouteMatch { id, route, parameters })
    }

    fn add(&mut self, raw: RawRoute, at: &str) -> Result<(), ConfigError> {
        let RawRoute {
            name,
            pattern,
            authenticate,
            credential,
            accepts,
            authorize,
            limits,
            cors_preflight,
            answer,
        } = raw;
        self.check_name(&name, at)?;
        let (authenticate, demands) = authenticate.compile(at)?;
        if credential.is_some() && authenticate == Authenticate::None {
            let message = "the route takes no credential that could be kept or removed";
            return Err(ConfigError::at(format!("{at}.credential"), message));
        }
        let credential = credential.map(Into::into);
        let accepts = accepts.map(|raw| raw.compile(at)).transpose()?.unwrap_or_default();
        let template = pattern.path.clone();
        let parameters = pattern::parameters(&template, &format!("{at}.match.path"))?;
        let pattern = Pattern::compile(pattern, &format!("{at}.match"))?;
        self.insert(&template, pattern, cors_preflight, at)?;
        let route =
            Route { name, authenticate, demands, credential, accepts, authorize, limits, parameters };
        if answer == Some(RawAnswer::Ready) {
            if route.authenticate != Authenticate::None || route.authorize != Some(Authorize::None) {
                let message = "who asks this is neither authenticated nor authorized: both are `none`";
                return Err(ConfigError::at(format!("{at}.answer"), message));
            }
            if cors_preflight == RawPreflight::Pass {
                let message =
                    "a preflight that passes goes to the service, and this route has none: leave it out";
                return Err(ConfigError::at(format!("{at}.cors_preflight"), message));
            }
            self.ready.push(RouteId(self.rows.len()));
        }
        self.rows.push(route);
        Ok(())
    }

    /// Under one template, rows with hosts stand before those without, and then rows with methods before
    /// those without: the narrower row is asked first. Rows as narrow as each other must not overlap.
    fn insert(
        &mut self,
        template: &str,
        pattern: Pattern,
        preflight: RawPreflight,
        at: &str,
    ) -> Result<(), ConfigError> {
        let id = RouteId(self.rows.len());
        let candidates = self.trie.rows_mut(template);
        if let Some(other) = candidates.iter().find(|other| other.pattern.conflicts(&pattern)) {
            let other = self.rows.get(other.id.0).map_or("", |row| row.name.as_str());
            let message = format!("`{other}` matches the same requests");
            return Err(ConfigError::at(format!("{at}.match"), message));
        }
        self.has_hosts |= pattern.has_hosts();
        let place = candidates.partition_point(|other| other.pattern.breadth() <= pattern.breadth());
        candidates.insert(place, Candidate { id, pattern, preflight });
        Ok(())
    }

    fn check_name(&self, name: &str, at: &str) -> Result<(), ConfigError> {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let error = |message: String| Err(ConfigError::at(format!("{at}.name"), message));
        if name.is_empty() || name.len() > MAX_NAME_BYTES || !name.bytes().all(good) {
            return error(format!("a name has 1 to {MAX_NAME_BYTES} letters, digits, `-`, `_` or `.`"));
        }
        let is_ours = [Route::UNKNOWN, Route::PREFLIGHT].contains(&name);
        if is_ours || self.rows.iter().any(|row| row.name == name) {
            return error(format!("`{name}` is taken"));
        }
        Ok(())
    }
}

/// Of a request without credential nothing can be demanded, and of one that asks for permission nothing can
/// be decided. The browser decides on the answer; the request that follows is judged in full.
fn preflight_row() -> Route {
    Route {
        name: Route::PREFLIGHT.into(),
        authenticate: Authenticate::None,
        demands: Demands::default(),
        credential: None,
        accepts: Accepts::default(),
        authorize: Some(Authorize::None),
        limits: Vec::new(),
        parameters: Vec::new(),
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
        demands: Demands::default(),
        credential: None,
        accepts: Accepts::default(),
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
        let raw = serde_json::from_value(json!(rows)).map_err(|error| ConfigError::at("serde", error))?;
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
            row("eu", json!({"methods": ["GET"], "path": "/orders/{order_id}", "hosts": ["EU.test"]})),
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
            ("GET", "shop.test", "/orders/health", "health"),
            ("DELETE", "shop.test", "/orders/health", "health"),
            ("GET", "shop.test", "/files/a/b", "files"),
        ] {
            assert_eq!(find(&routes, method, host, path).0, name, "{method} {host} {path}");
        }
        let (_, parameters) = find(&routes, "GET", "shop.test", "/orders/zo%C3%AB");
        assert_eq!(parameters, [("order_id".into(), "zoë".into())]);
        assert_eq!(find(&routes, "PUT", "shop.test", "/orders/7").1, [("id".into(), "7".into())]);
    }

    #[test]
    fn a_narrow_row_takes_no_path_away_from_the_guard_of_a_broad_one() {
        let routes = table(&[
            row("tree", json!({"path": "/files/{*name}"})),
            row("leaf", json!({"path": "/files/{name}", "hosts": ["a.test"]})),
            row("private", json!({"path": "/files/private"})),
            row("get", json!({"methods": ["GET"], "path": "/files/{*rest}"})),
            row("admin", json!({"path": "/admin/{*rest}"})),
            row("ops", json!({"path": "/admin/health", "hosts": ["ops.test"]})),
        ])
        .unwrap();
        for (method, host, path, name) in [
            ("GET", "a.test", "/files/x", "leaf"),
            ("GET", "a.test", "/files/x/y/secret", "get"),
            ("POST", "a.test", "/files/x/y/secret", "tree"),
            ("GET", "b.test", "/files/private", "private"),
            ("GET", "ops.test", "/admin/health", "ops"),
            ("GET", "shop.test", "/admin/health", "admin"),
            ("GET", "a@b", "/admin/health", "admin"),
        ] {
            assert_eq!(find(&routes, method, host, path).0, name, "{method} {host} {path}");
        }
    }

    #[test]
    fn a_preflight_passes_only_where_the_row_of_its_real_method_says_so() {
        let mut write = row("write", json!({"methods": ["PUT"], "path": "/orders/{id}"}));
        write["cors_preflight"] = json!("pass");
        let read = row("read", json!({"methods": ["GET"], "path": "/orders/{id}"}));
        let any = row("any", json!({"path": "/any"}));
        let routes = table(&[write, read, any]).unwrap();
        let preflight = |path: &str, method: &str| {
            let pairs = [
                (":method", "OPTIONS"),
                (":path", path),
                ("origin", "https://a.test"),
                ("access-control-request-method", method),
            ];
            let head = Head::from_pairs(pairs.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes()))).unwrap();
            let (id, parameters) = routes.find(&head, &SettledPath::settle(path.as_bytes()).unwrap());
            assert!(parameters.is_empty());
            routes.rows()[id.0].name.clone()
        };
        assert_eq!(preflight("/orders/1", "PUT"), Route::PREFLIGHT);
        assert_eq!(preflight("/orders/1", "GET"), Route::UNKNOWN);
        assert_eq!(preflight("/orders/1", "put"), Route::UNKNOWN);
        assert_eq!(preflight("/orders/1", "OPTIONS"), Route::UNKNOWN);
        assert_eq!(preflight("/any", "PUT"), "any");
        assert_eq!(preflight("/nothing", "PUT"), Route::UNKNOWN);
    }

    #[test]
    fn refuses_a_table_that_is_not_clear() {
        let good = json!({"methods": ["GET"], "path": "/a"});
        let with = |field: &str, value: Value| {
            let mut pattern = good.clone();
            pattern[field] = value;
            vec![row("a", pattern)]
        };
        for (rows, path) in [
            (vec![row("", good.clone())], "routes[0].name"),
            (vec![row("unknown", good.clone())], "routes[0].name"),
            (vec![row("cors_preflight", good.clone())], "routes[0].name"),
            (vec![row("a", good.clone()), row("a", json!({"path": "/b"}))], "routes[1].name"),
            (vec![row("a", good.clone()), row("b", good.clone())], "routes[1].match"),
            (vec![row("a", json!({"path": "/{x}"})), row("b", json!({"path": "/{y}"}))], "routes[1].match"),
            (
                vec![
                    row("a", json!({"path": "/a", "hosts": ["a.test", "b.test"]})),
                    row("b", json!({"path": "/a", "hosts": ["B.test"]})),
                ],
                "routes[1].match",
            ),
            (with("path", json!("a")), "routes[0].match.path"),
            (with("methods", json!([])), "routes[0].match.methods"),
            (with("methods", json!(["get"])), "routes[0].match.methods"),
            (with("methods", Value::Null), "serde"),
            (with("hosts", Value::Null), "serde"),
            (with("hosts", json!([])), "routes[0].match.hosts"),
            (with("hosts", json!(["b/c"])), "routes[0].match.hosts"),
            (with("hosts", json!(["shop.test:8443"])), "routes[0].match.hosts"),
            (with("hosts", json!(["shop.test."])), "routes[0].match.hosts"),
        ] {
            assert_eq!(table(&rows).err().unwrap().path(), path, "{rows:?}");
        }
    }
}

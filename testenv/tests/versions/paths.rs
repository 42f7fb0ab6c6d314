//! Paths that mean one thing to one and another to another: what the edge lets through, and what it does not.

use testenv::client::{Request, exchange};
use testenv::{Mesh, Options, Side};

use super::{EXPECTED, Outcomes};

/// A path below `/orders/`, the status that it is answered with and, where the service gets it, what it gets.
const PATHS: [(&str, u16, &str); 19] = [
    ("/orders/42", 200, "/orders/42"),
    ("/orders/./42", 200, "/orders/42"),
    ("/x/../orders/42", 200, "/orders/42"),
    ("//orders//42", 200, "/orders/42"),
    ("/%6frders/42", 200, "/orders/42"),
    ("/orders/%34%32", 200, "/orders/42"),
    ("/orders/42?a=/../b", 200, "/orders/42?a=/../b"),
    ("/orders/%2e%2e/admin", 404, ""),
    ("/orders/../admin", 404, ""),
    ("/orders/..;/admin", 404, ""),
    ("/orders/42/", 404, ""),
    ("/ORDERS/42", 404, ""),
    ("/orders/42;v=1", 400, ""),
    ("/orders%2f42", 400, ""),
    ("/orders%5c42", 400, ""),
    ("/orders/\\42", 200, "/orders/42"),
    ("/orders/%252e%252e/admin", 400, ""),
    ("/orders/42%00", 400, ""),
    ("/orders/42#/../admin", 400, ""),
];

/// One case for each.
pub fn run(outcomes: &mut Outcomes) {
    let options = Options::new("versions-paths").only(&[Side::Edge]);
    let options = options.change(Side::Edge, |bootstrap| bootstrap.without_limits("clients"));
    let mesh = Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"));
    let token = mesh.token("alice").unwrap();
    for (path, status, arrives) in PATHS {
        let before = mesh.orders.received().len();
        let answer = exchange(mesh.reach.edge, &Request::get(path).bearer(&token)).unwrap();
        let arrived =
            mesh.orders.received().get(before).map(|request| request.path.clone()).unwrap_or_default();
        let expected = (answer.status, arrived.as_str()) == (status, arrives);
        let outcome = if expected {
            EXPECTED.to_owned()
        } else {
            format!("{} {arrived}", answer.status).trim_end().to_owned()
        };
        outcomes.insert(format!("path {path}"), outcome);
    }
}

//! Whether the bootstraps are accepted as they stand in `envoy/`.

use testenv::{Mesh, Options, Side};

use super::{EXPECTED, Outcomes};

/// How Envoy names a field that it does not know, whatever spaces it puts in between.
const UNKNOWN: &str = "field: '";

/// One case for each file.
pub fn run(outcomes: &mut Outcomes) {
    for (side, file) in [(Side::Edge, "envoy/edge.yaml"), (Side::Orders, "envoy/sidecar.yaml")] {
        let (accepted, said) = Mesh::check(&Options::new("versions-shipped"), side).unwrap();
        outcomes.insert(
            format!("{file} as it stands"),
            if accepted { EXPECTED.to_owned() } else { why(&said) },
        );
    }
}

fn why(said: &str) -> String {
    let field = said.split_once(UNKNOWN).and_then(|(_, rest)| rest.split_once('\''));
    field.map_or_else(|| said.to_owned(), |(field, _)| format!("refused: no field `{field}`"))
}

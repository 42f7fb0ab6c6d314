//! Whether the bootstraps are accepted as they stand in `envoy/`.

use testenv::{Mesh, Options, Side};

use super::{EXPECTED, Outcomes};

/// How Envoy names a field that it does not know, with as many spaces in between as it likes.
const UNKNOWN: [&str; 3] = ["no", "such", "field:"];

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
    let words: Vec<&str> = said.split_whitespace().collect();
    let found = words.windows(4).find(|words| words[..3] == UNKNOWN);
    let field = found.map(|words| words[3].split('\'').nth(1).unwrap_or_default());
    field.map_or_else(|| said.to_owned(), |field| format!("refused: no field `{field}`"))
}

//! What each version says: an odd one allows what every request here asks, an even one denies it. Two policies
//! decide, from two files, and both name their version, so that whoever mixes versions is found out.

/// The header field in which the edge says by which policies it has decided.
pub const HEADER: &str = "x-policies";

/// Policies that play no part, so that a version is taken in by several slices.
const OTHERS: usize = 50;

/// Whether a version allows what is asked.
pub const fn allows(version: u64) -> bool {
    version % 2 == 1
}

/// The files of a version.
pub fn policies(version: u64) -> Vec<String> {
    let effect = if allows(version) { "permit" } else { "forbid" };
    let decides = |part: &str| {
        format!(
            "@id(\"v{version}-{part}\") @public_reason(\"{version}\")\n\
             {effect} (principal, action == Action::\"listOrders\", resource);\n"
        )
    };
    vec![format!("{}{}", decides("a"), others(version)), decides("b")]
}

/// The evidence of every decision by a version.
pub fn evidence(version: u64) -> [String; 3] {
    [format!("bundle:{version}"), format!("v{version}-a"), format!("v{version}-b")]
}

/// The version that a client reads in [`HEADER`], if the policies of one have decided.
pub fn version_in(header: &str) -> Option<u64> {
    let (one, other) = header.split_once("; ")?;
    (one == other).then(|| one.parse().ok()).flatten()
}

fn others(version: u64) -> String {
    let other = |number: usize| {
        format!(
            "@id(\"v{version}-{number}\") permit (principal == User::\"u{number}\", \
             action == Action::\"readOrder\", resource == Order::\"o{number}\") \
             when {{ principal.level > {number} }};\n"
        )
    };
    (0..OTHERS).map(other).collect()
}

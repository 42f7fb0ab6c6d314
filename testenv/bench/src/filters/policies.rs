//! As many policies as are asked for, of which ten can apply to a request here.

/// The ten: those of the shop, and five that a shop of some years has besides.
const FIRST: &str = concat!(
    include_str!("../../../../envoy/policies/shop.cedar"),
    include_str!("../../policies/more.cedar")
);

/// How many [`FIRST`] has.
const FIRST_COUNT: usize = 10;

/// The text of `count` policies, ten at least.
pub(crate) fn policies(count: usize) -> String {
    let mut text = FIRST.to_owned();
    for number in FIRST_COUNT..count {
        text.push_str(&other(number));
    }
    text
}

/// A policy about something else: by turns one user, one order, one group and one order, another action.
fn other(number: usize) -> String {
    let scope = match number % 4 {
        0 => format!(r#"principal == User::"other-{number}", action, resource"#),
        1 => format!(r#"principal, action == Action::"readOrder", resource == Order::"other-{number}""#),
        2 => format!(
            r#"principal in Group::"other-{number}", action == Action::"readOrder", resource == Order::"shared-{number}""#
        ),
        _ => format!(r#"principal == User::"other-{number}", action == Action::"createOrder", resource"#),
    };
    format!("@id(\"other-{number}\")\npermit ({scope});\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_as_were_asked_for() {
        for count in [10, 100, 1_000] {
            assert_eq!(policies(count).matches("@id(").count(), count);
        }
    }
}

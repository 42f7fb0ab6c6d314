//! `crit` and `b64` (RFC 7515 §4.1.11, RFC 7797): what must be understood is not, so the token is refused
//! (CVE-2025-59420, CVE-2026-32597).

use serde_json::{Value, json};

use crate::attack::Attack;
use crate::forge::Forge;

/// For `b64` without `crit` the same holds: who signs it means another payload than who reads it.
const WHY: &str = "does not read `crit` and `b64`";

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let draft = |crit: Value| forge.good().header("crit", crit);
    let attack = |name: &str, what: &str, token: String| {
        Attack::token(name, what, &token, "extension_critical").differs(WHY)
    };
    let detached = forge.good().header("crit", json!(["b64"])).header("b64", false);
    vec![
        attack(
            "unknown extension",
            "an extension that is there and must be understood",
            draft(json!(["https://shop.test/ext"])).header("https://shop.test/ext", true).token(),
        ),
        attack("absent extension", "an extension that is not there", draft(json!(["x"])).token()),
        attack("`exp`", "a member that it cannot be about", draft(json!(["exp"])).token()),
        attack("`alg`", "a member that must not be named", draft(json!(["alg"])).token()),
        attack("empty", "an empty list, which must not be", draft(json!([])).token()),
        attack("null", "`crit` is null", draft(json!(null)).token()),
        attack("text", "`crit` is a text", draft(json!("b64")).token()),
        attack("number", "`crit` is 1", draft(json!(1)).token()),
        attack("object", "`crit` is an object", draft(json!({ "b64": true })).token()),
        attack("`b64` false, critical", "the payload is said to be no base64url", detached.token()),
        attack("`b64` false", "the same without `crit`", forge.good().header("b64", false).token()),
        attack("`b64` true", "says what holds anyway", forge.good().header("b64", true).token()),
    ]
}

//! What must have reached the services.

use serde_json::Value;

/// Both services know the user and their caller, and neither has seen a credential.
pub(super) fn alice_everywhere(orders: &Value) -> Result<(), String> {
    let payments = &orders["payments"]["body"];
    as_user(orders, "alice", "spiffe://shop.test/edge")?;
    as_user(payments, "alice", "spiffe://shop.test/orders")?;
    for service in [orders, payments] {
        for secret in ["authorization", "txn-token"] {
            same(&format!("{secret} at {}", service["service"]), &values(service, secret), &[])?;
        }
    }
    same("transactions", &values(orders, "x-watchword-txn"), &values(payments, "x-watchword-txn"))
}

pub(super) fn as_alice(orders: &Value) -> Result<(), String> {
    as_user(orders, "alice", "spiffe://shop.test/edge")
}

pub(super) fn as_dave(orders: &Value) -> Result<(), String> {
    as_user(orders, "dave", "spiffe://shop.test/edge")
}

/// The partner is known by name, and the key is gone.
pub(super) fn as_partner(orders: &Value) -> Result<(), String> {
    as_user(orders, "acme", "spiffe://shop.test/edge")?;
    same("key", &values(orders, "x-api-key"), &[])
}

pub(super) fn as_nobody(orders: &Value) -> Result<(), String> {
    same("subject", &values(orders, "x-watchword-subject"), &[])
}

pub(super) fn with_body(orders: &Value) -> Result<(), String> {
    as_user(orders, "carol", "spiffe://shop.test/edge")?;
    match &orders["body_bytes"] {
        length if length == 13 => Ok(()),
        length => Err(format!("13 bytes sent, {length} arrived")),
    }
}

/// Exactly one subject and one caller arrived, in any spelling of the names.
fn as_user(service: &Value, subject: &str, caller: &str) -> Result<(), String> {
    same("subject", &values(service, "x-watchword-subject"), &[subject.to_owned()])?;
    same("caller", &values(service, "x-watchword-caller"), &[caller.to_owned()])
}

/// The values of a field as a service received it, with `_` taken for `-`, as some frameworks do.
fn values(service: &Value, name: &str) -> Vec<String> {
    let fields = service["headers"].as_array().into_iter().flatten();
    let found = fields.filter(|field| {
        let spelling = field[0].as_str().unwrap_or_default().to_ascii_lowercase().replace('_', "-");
        spelling == name
    });
    found.map(|field| field[1].as_str().unwrap_or_default().to_owned()).collect()
}

fn same(what: &str, got: &[String], want: &[String]) -> Result<(), String> {
    if got == want { Ok(()) } else { Err(format!("{what}: {got:?} arrived, not {want:?}")) }
}

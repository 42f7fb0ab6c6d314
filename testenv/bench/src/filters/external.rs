//! The filter that asks the external authorizer.

use serde_json::{Value, json};

/// The cluster of the authorizer.
pub(crate) const CLUSTER: &str = "authorizer";

/// Asks about every request, and lets none pass that was not answered.
pub(super) fn filter() -> Value {
    let config = json!({
        "transport_api_version": "V3",
        "grpc_service": { "envoy_grpc": { "cluster_name": CLUSTER }, "timeout": "2s" },
        "failure_mode_allow": false,
    });
    super::filter("ext_authz", "ext_authz.v3.ExtAuthz", config)
}

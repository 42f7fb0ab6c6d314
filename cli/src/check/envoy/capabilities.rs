//! What a module may call and be called for.

use std::collections::BTreeSet;

use crate::check::finding::Findings;
use crate::check::rule::Rule;
use crate::sources::Node;

/// What Envoy gives to a module; the list that `scripts/build` holds modules against.
const FUNCTIONS: &str = include_str!("../../../../scripts/imports.txt");

/// What Envoy calls in a module, as far as ours have it. Without the first ones nothing is judged.
const CALLBACKS: [&str; 14] = [
    "proxy_on_context_create",
    "proxy_on_vm_start",
    "proxy_on_configure",
    "proxy_on_request_headers",
    "proxy_on_tick",
    "proxy_on_request_body",
    "proxy_on_request_trailers",
    "proxy_on_response_headers",
    "proxy_on_response_trailers",
    "proxy_on_http_call_response",
    "proxy_on_grpc_receive",
    "proxy_on_grpc_close",
    "proxy_on_done",
    "proxy_on_delete",
];

/// Further callbacks that there are, and of which ours make nothing.
const OTHER_CALLBACKS: [&str; 16] = [
    "proxy_on_memory_allocate",
    "proxy_validate_configuration",
    "proxy_on_request_metadata",
    "proxy_on_response_body",
    "proxy_on_response_metadata",
    "proxy_on_log",
    "proxy_on_queue_ready",
    "proxy_on_foreign_function",
    "proxy_on_grpc_receive_initial_metadata",
    "proxy_on_grpc_receive_trailing_metadata",
    "proxy_on_new_connection",
    "proxy_on_downstream_data",
    "proxy_on_upstream_data",
    "proxy_on_downstream_connection_close",
    "proxy_on_upstream_connection_close",
    "proxy_abi_version_0_2_1",
];

/// What every module of ours calls for each request.
const CALLED: [&str; 8] = [
    "proxy_log",
    "proxy_get_buffer_bytes",
    "proxy_get_header_map_pairs",
    "proxy_send_local_response",
    "proxy_get_property",
    "proxy_get_current_time_nanoseconds",
    "environ_get",
    "environ_sizes_get",
];

const FIELD: &str = "vm_config.capability_restriction_config.allowed_capabilities";

/// Say what is missing in the list, and what is none.
pub(super) fn judge(findings: &mut Findings, vm: &Node) {
    let restriction = vm.field("capability_restriction_config");
    let allowed = restriction.and_then(|restriction| restriction.field_entry("allowed_capabilities"));
    // An empty list restricts nothing.
    let Some(allowed) = allowed.filter(|allowed| !allowed.value.entries().is_empty()) else {
        let message = "the module may call whatever Envoy offers";
        return findings.node(Rule::CapabilitiesUnrestricted, vm, "vm_config", message);
    };
    let names: BTreeSet<&str> = allowed.value.entries().iter().map(|entry| entry.name()).collect();
    let missing = CALLBACKS.iter().chain(&CALLED).filter(|name| !names.contains(*name));
    for name in missing {
        let consequence = match *name {
            "proxy_on_request_headers" => ": no request is looked at",
            _ => "",
        };
        findings.key(
            Rule::CapabilityMissing,
            allowed,
            FIELD,
            format!("`{name}` is not allowed{consequence}"),
        );
    }
    for entry in allowed.value.entries().iter().filter(|entry| !is_known(entry.name())) {
        findings.key(Rule::CapabilityUnknown, entry, FIELD, format!("there is no `{}`", entry.name()));
    }
}

fn is_known(name: &str) -> bool {
    let mut functions = FUNCTIONS.lines().filter_map(|line| line.split_once('.')).map(|(_, name)| name);
    CALLBACKS.contains(&name)
        || OTHER_CALLBACKS.contains(&name)
        || functions.any(|function| function == name)
}

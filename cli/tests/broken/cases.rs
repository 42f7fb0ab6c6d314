//! The cases.

/// A good input with one change, and what must be said of it.
#[derive(Debug)]
pub(crate) struct Case {
    /// The base that is changed.
    pub(crate) kind: &'static str,
    /// Which file of a folder, by its extension.
    pub(crate) file: &'static str,
    /// What is replaced.
    pub(crate) instead_of: &'static str,
    /// By what, `§` marks the place.
    pub(crate) put: &'static str,
    /// The rule that finds it.
    pub(crate) rule: &'static str,
    /// Part of field and message.
    pub(crate) says: &'static str,
}

const fn of(
    kind: &'static str,
    instead_of: &'static str,
    put: &'static str,
    rule: &'static str,
    says: &'static str,
) -> Case {
    Case { kind, file: "", instead_of, put, rule, says }
}

const fn filter(instead_of: &'static str, put: &'static str, says: &'static str) -> Case {
    of("filter", instead_of, put, "configuration-refused", says)
}

const fn bootstrap(
    instead_of: &'static str,
    put: &'static str,
    rule: &'static str,
    says: &'static str,
) -> Case {
    of("bootstrap", instead_of, put, rule, says)
}

const fn extension(instead_of: &'static str, put: &'static str, says: &'static str) -> Case {
    of("traffic_extension", instead_of, put, "resource-malformed", says)
}

const fn plugin(instead_of: &'static str, put: &'static str, says: &'static str) -> Case {
    of("wasm_plugin", instead_of, put, "resource-malformed", says)
}

const fn patch(instead_of: &'static str, put: &'static str, says: &'static str) -> Case {
    of("envoy_filter", instead_of, put, "resource-malformed", says)
}

const fn gateway(instead_of: &'static str, put: &'static str, says: &'static str) -> Case {
    of("envoy_extension_policy", instead_of, put, "resource-malformed", says)
}

const fn policies(
    file: &'static str,
    instead_of: &'static str,
    put: &'static str,
    says: &'static str,
) -> Case {
    Case { kind: "policies", file, instead_of, put, rule: "policies-refused", says }
}

/// All of them.
pub(crate) const CASES: &[Case] = &[
    filter("issuer: https", "§issuers: https", "unknown field `issuers`"),
    filter("[RS256, ES256]", "[RS256, §XS256]", "jwt.providers.corp.algorithms"),
    filter("limits: [per-user]", "§limits: [per-usr]", "routes[1].limits"),
    filter(
        "authenticate: { any_of: [corp] }",
        "§authenticate: { any_of: [crop] }",
        "routes[1].authenticate",
    ),
    filter("path: /healthz", "path: §healthz", "routes[0].match"),
    filter("unknown_route: deny", "unknown_route: §refuse", "unknown_route"),
    filter("requests: 10", "requests: §ten", "ratelimit.limits.per-user.requests"),
    filter("principal.tenant ==", "§principal.tenat ==", "tenat"),
    filter("{ tenant: String };", "{ tenant: §Strng };", "authz.schema"),
    filter("Action::\"readOrder\", resource)", "§Action::\"readOrdr\", resource)", "authz.policies"),
    filter("kind: access_token", "kind: §acces_token", "jwt.providers.corp.kind"),
    filter("action: readOrder,", "action: §readOrdr,", "routes[1].authorize.action"),
    of("filter", "realm: shop", "realm: shop\n§realm: shop", "syntax", "here twice"),
    of("filter", "realm: shop", "realm: §${REALM}", "word-undefined", "${REALM}"),
    bootstrap(
        "failure_policy: FAIL_RELOAD",
        "failure_policy: §FAIL_OPEN",
        "fail-open",
        "lets requests pass",
    ),
    bootstrap(
        "failure_policy: FAIL_RELOAD",
        "failure_policy: §FAIL_CLOSED",
        "fail-closed-for-ever",
        "not started again",
    ),
    bootstrap("stream_idle_timeout: 5s", "stream_idle_timeout: §0s", "stream-idle-timeout", "for ever"),
    bootstrap("normalize_path: true", "§normalize_path: false", "path-normalization", "is off"),
    bootstrap(
        "path_with_escaped_slashes_action: REJECT_REQUEST",
        "§path_with_escaped_slashes_action: KEEP_UNCHANGED",
        "path-normalization",
        "%2F",
    ),
    bootstrap("vm_id: watchword", "vm_id: §watchword-1.2", "vm-id-versioned", "version"),
    bootstrap(
        "allowed_capabilities: { environ_get: {},",
        "§allowed_capabilities: {",
        "capability-missing",
        "environ_get",
    ),
    bootstrap("proxy_log: {}", "proxy_log: {}, §proxy_logg: {}", "capability-unknown", "proxy_logg"),
    bootstrap("cluster: issuer,", "cluster: §isuer,", "cluster-unknown", "no cluster `isuer`"),
    bootstrap(
        "forward_client_cert_details: SANITIZE",
        "forward_client_cert_details: §FORWARD_ONLY",
        "xfcc-unsanitized",
        "FORWARD_ONLY",
    ),
    bootstrap(
        "route: { cluster: orders }",
        "route: { cluster: orders, §prefix_rewrite: /v1 }",
        "route-rewrite",
        "another path",
    ),
    bootstrap(
        "[MAC] }\n                        configuration:\n                          \"@type\"",
        "[] }\n                        configuration:\n                          §\"@type\"",
        "secret-not-passed",
        "`MAC`",
    ),
    bootstrap("host_env_keys: [MAC]", "key_values: { §MAC: hunter2 }", "secret-in-plain", "`MAC`"),
    bootstrap("algorithms: [RS256]", "algorithms: [§RS255]", "configuration-refused", "algorithms"),
    bootstrap(
        "type.googleapis.com/google.protobuf.Struct",
        "§type.googleapis.com/google.protobuf.Duration",
        "configuration-refused",
        "protobuf bytes",
    ),
    bootstrap(
        "name: issuer\n      connect_timeout: 1s\n      transport_socket:",
        "§name: issuer\n      connect_timeout: 1s\n      transport_sock:",
        "fetch-plaintext",
        "no TLS",
    ),
    bootstrap("failure_policy: FAIL_RELOAD", "failure_policy: §3", "fail-open", "lets requests pass"),
    bootstrap(
        "failure_policy: FAIL_RELOAD",
        "failure_policy: §2",
        "fail-closed-for-ever",
        "not started again",
    ),
    bootstrap(
        "forward_client_cert_details: SANITIZE",
        "forward_client_cert_details: §4",
        "xfcc-unsanitized",
        "ALWAYS_FORWARD_ONLY",
    ),
    bootstrap(
        "path_with_escaped_slashes_action: REJECT_REQUEST",
        "§path_with_escaped_slashes_action: 1",
        "path-normalization",
        "%2F",
    ),
    bootstrap(
        "use_remote_address: true",
        "§use_remote_address: false",
        "client-address",
        "a limit by `client_address`",
    ),
    bootstrap(
        "name: watchword\n                    typed",
        "name: watchword\n                    §disabled: true\n                    typed",
        "filter-disabled",
        "no request is judged",
    ),
    bootstrap(
        "route: { cluster: orders }",
        "route: { cluster: orders }\n                          typed_per_filter_config: { watchword: { \"@type\": type.googleapis.com/envoy.config.route.v3.FilterConfig, §disabled: true } }",
        "route-unguarded",
        "no request of this route",
    ),
    bootstrap(
        "- name: issuer\n      connect_timeout: 1s\n      transport_socket:\n        name: envoy.transport_sockets.tls\n        typed_config:\n          \"@type\": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext\n          common_tls_context:\n            validation_context:\n",
        "- §name: issuer\n      connect_timeout: 1s\n      transport_socket:\n        name: envoy.transport_sockets.tls\n        typed_config:\n          \"@type\": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext\n          common_tls_context:\n            validation_context:\n              trust_chain_verification: ACCEPT_UNTRUSTED\n",
        "fetch-unpinned",
        "may be anybody's",
    ),
    extension("phase: AUTHN", "phase: §AUTHEN", "spec.phase"),
    of(
        "traffic_extension",
        "requests: 10",
        "requests: 10, §y: 1",
        "ambiguous-boolean",
        "becomes the name `true`",
    ),
    extension("priority: 10", "priority: §high", "spec.priority"),
    extension("pluginName:", "§pluginname:", "unknown field `pluginname`"),
    extension("failStrategy: FAIL_RELOAD", "failStrategy: §RELOAD", "spec.wasm.failStrategy"),
    extension("imagePullPolicy: IfNotPresent", "imagePullPolicy: §Never", "spec.wasm.imagePullPolicy"),
    extension("sha256: 7d1a", "sha256: §7D1A", "spec.wasm.sha256"),
    extension("valueFrom: HOST", "valueFrom: HOST, value: §x", "spec.wasm.vmConfig.env[0].value"),
    extension("mode: SERVER", "mode: §INBOUND", "mode"),
    extension("number: 8080", "number: §80800", "1 to 65535"),
    extension("url: oci://", "url: §ftp://", "spec.wasm.url"),
    extension(
        "  phase: AUTHN",
        "  §targetRefs: [{ kind: Gateway, group: gateway.networking.k8s.io, name: x }]\n  phase: AUTHN",
        "selector",
    ),
    of(
        "traffic_extension",
        "kind: TrafficExtension",
        "kind: §TrafficExtention",
        "kind-unknown",
        "TrafficExtention",
    ),
    of(
        "traffic_extension",
        "extensions.istio.io/v1alpha1",
        "§extensions.istio.io/v1",
        "kind-unknown",
        "extensions.istio.io/v1alpha1",
    ),
    of("traffic_extension", "requests: 10", "§reqests: 10", "configuration-refused", "reqests"),
    plugin("phase: AUTHN", "phase: §authn", "spec.phase"),
    plugin("selector: { matchLabels", "selector: { §labels", "unknown field `labels`"),
    plugin("url: oci://registry.example.com/watchword:0.1.0", "url: §\"\"", "spec.url"),
    plugin("sha256: 7d1a", "sha256: §sha256:7d1a", "spec.sha256"),
    plugin("imagePullPolicy: IfNotPresent", "imagePullPolicy: §ifNotPresent", "spec.imagePullPolicy"),
    plugin("failStrategy:", "§failurePolicy:", "unknown field `failurePolicy`"),
    plugin("{ name: MAC, valueFrom: HOST }", "§{ name: MAC }", "valueFrom: HOST"),
    plugin("name: watchword\n  namespace", "name: §Watchword_1\n  namespace", "metadata.name"),
    plugin("pluginConfig:", "§wasm:", "unknown field `wasm`"),
    plugin("namespace: shop", "§nameSpace: shop", "unknown field `nameSpace`"),
    of("wasm_plugin", "limits: [all]", "§limits: [al]", "configuration-refused", "routes[0].limits"),
    patch("applyTo: HTTP_FILTER", "applyTo: §HTTP_FILTERS", "applyTo"),
    patch("operation: INSERT_FIRST", "operation: §INSERT", "operation"),
    patch("context: SIDECAR_INBOUND", "context: §INBOUND", "context"),
    patch("listener: { filterChain", "listener: { §filterchain", "unknown field `filterchain`"),
    patch("workloadSelector: { labels", "workloadSelector: { §matchLabels", "unknown field `matchLabels`"),
    patch(
        "operation: INSERT_FIRST\n        value:",
        "operation: REMOVE\n        §value:",
        "spec.configPatches[0].patch.value",
    ),
    patch("      match:\n", "      §match:\n        cluster: { name: x }\n", "one of `listener`"),
    patch("configPatches:", "§configPatch:", "unknown field `configPatch`"),
    of(
        "envoy_filter",
        "failure_policy: FAIL_RELOAD",
        "failure_policy: §FAIL_OPEN",
        "fail-open",
        "lets requests pass",
    ),
    of("envoy_filter", "\"requests\": 10", "§\"reqests\": 10", "configuration-refused", "reqests"),
    of(
        "envoy_filter",
        "networking.istio.io/v1alpha3",
        "§networking.istio.io/v1",
        "kind-unknown",
        "v1alpha3",
    ),
    of(
        "envoy_filter",
        "sha256: 7d1a54127b222502f5b79b5fb0803061152a44f92b37e23c6527baf665d4da9a",
        "sha256: §\"0000000000000000000000000000000000000000000000000000000000000000\"",
        "digest-placeholder",
        "zeros",
    ),
    gateway("targetRefs:\n    - {", "§targetRef:\n    - {", "spec.targetRef"),
    gateway("rootID:", "§rootId:", "unknown field `rootId`"),
    gateway("code:\n        type: Image", "§code:\n        type: HTTP", "goes with `http`"),
    gateway("failOpen: false", "failOpen: §\"no\"", "spec.wasm[0].failOpen"),
    gateway("hostKeys: [MAC]", "§keys: [MAC]", "unknown field `keys`"),
    gateway("kind: Gateway", "kind: §Gatway", "spec.targetRefs[0].kind"),
    gateway("url: registry", "url: §oci://registry", "without a scheme"),
    gateway("pullPolicy: IfNotPresent", "pullPolicy: §Sometimes", "pullPolicy"),
    gateway("sha256: 7d1a", "sha256: §xd1a", "sha256"),
    gateway("  wasm:\n", "  §wasms:\n", "unknown field `wasms`"),
    of("envoy_extension_policy", "failOpen: false", "failOpen: §true", "fail-open", "lets requests pass"),
    of("envoy_extension_policy", "burst: 10", "burst: §none", "configuration-refused", "burst"),
    of(
        "envoy_extension_policy",
        "gateway.envoyproxy.io/v1alpha1",
        "§gateway.envoyproxy.io/v1",
        "kind-unknown",
        "v1alpha1",
    ),
    policies(
        "cedar",
        "principal.roles.contains(\"reader\")",
        "§principal.rolls.contains(\"reader\")",
        "rolls",
    ),
    policies(
        "cedar",
        "permit (principal, action == Action::\"createOrder\"",
        "§permitt (principal, action == Action::\"createOrder\"",
        "permitt",
    ),
    policies("cedar", "Action::\"cancelOrder\"", "§Action::\"cancelOrders\"", "cancelOrders"),
    policies("cedar", "Group::\"support\",", "§Grup::\"support\",", "Grup"),
    policies("cedar", "@id(\"support-leads\")", "§@id(\"support\")", "support"),
    policies(
        "cedar",
        "when { principal.roles.contains(\"suspended\") }",
        "when { §principal.roles == 1 }",
        "",
    ),
    policies(
        "cedar",
        "action, resource)\nwhen { principal.roles.contains(\"suspended\")",
        "action, resource\n§when { principal.roles.contains(\"suspended\")",
        "",
    ),
    policies("cedarschema", "Set<String>", "Set<§Strng>", "Strng"),
    policies("cedarschema", "entity Order;", "entity §Order;\nentity Order;", "Order"),
    policies("cedarschema", "action read;", "§acton read;", ""),
    policies("cedarschema", "resource: Order };", "resource: §Ordr };", "Ordr"),
];

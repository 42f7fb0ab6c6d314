//! What is looked for.

use clap::ValueEnum;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// It does not work, or does not guard.
    Error,
    /// It hurts in production.
    Warning,
    /// Good to know. Never fails a check.
    Note,
}

/// A rule. Its name on the command line and in reports is the one here, with dashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Rule {
    /// No YAML and no JSON.
    Syntax,
    /// A word stands for nothing.
    WordUndefined,
    /// `<<`.
    MergeKey,
    /// `yes` for true.
    AmbiguousBoolean,
    /// Nothing that could be checked.
    DocumentUnknown,
    /// The filter would refuse it.
    ConfigurationRefused,
    /// A plugin has no configuration.
    ConfigurationMissing,
    /// Policies that do not hold.
    PoliciesRefused,
    /// A resource of Kubernetes with wrong fields.
    ResourceMalformed,
    /// A kind or version that there is not.
    KindUnknown,
    /// A cluster that there is not.
    ClusterUnknown,
    /// A secret that the module cannot see.
    SecretNotPassed,
    /// The module may not do what it must.
    CapabilityMissing,
    /// A name among the capabilities that there is not.
    CapabilityUnknown,
    /// The module may do anything.
    CapabilitiesUnrestricted,
    /// The filter is never reached.
    FilterUnreachable,
    /// The filter is turned off.
    FilterDisabled,
    /// Envoy itself refuses it.
    EnvoyRefused,
    /// Envoy could not be asked.
    EnvoyNotAsked,
    /// Failure lets requests pass.
    FailOpen,
    /// Failure lasts for ever.
    FailClosedForEver,
    /// Requests may hang.
    StreamIdleTimeout,
    /// Services see another path than was judged.
    RouteRewrite,
    /// Paths are not settled by Envoy.
    PathNormalization,
    /// Keys or policies come in plaintext.
    FetchPlaintext,
    /// Keys or policies come from anybody with a certificate.
    FetchUnpinned,
    /// Limits are asked for in plaintext.
    LimitServicePlaintext,
    /// Workers do not share keys, or share tokens unsealed.
    MacKeyMissing,
    /// `vm_id` changes with each version.
    VmIdVersioned,
    /// `vm_id` differs.
    VmIdDiffers,
    /// It is not fixed which module runs.
    ImageUnpinned,
    /// A digest of zeros.
    DigestPlaceholder,
    /// Clients choose their address.
    ClientAddress,
    /// Clients choose their certificate.
    XfccUnsanitized,
    /// A secret in the open.
    SecretInPlain,
    /// Requests with a body may go on undecided.
    StopIteration,
    /// A route for which the filter is turned off.
    RouteUnguarded,
    /// A listener without the filter.
    ListenerUnguarded,
}

impl Rule {
    /// All of them.
    pub(crate) fn all() -> &'static [Self] {
        Self::value_variants()
    }

    /// What it is called.
    pub(crate) fn id(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// How much it matters.
    pub(crate) const fn severity(self) -> Severity {
        self.about().0
    }

    /// What to do, and why.
    pub(crate) const fn help(self) -> &'static str {
        self.about().1
    }

    const fn about(self) -> (Severity, &'static str) {
        use Severity::{Error, Note, Warning};
        match self {
            Self::Syntax => (Error, "correct it: neither Envoy nor Kubernetes reads the file as it is"),
            Self::WordUndefined => {
                (Error, "say what stands for it: --define NAME=VALUE, --define NAME=@FILE, or --words FILE")
            }
            Self::MergeKey => (Error, "write the fields out: Envoy takes `<<` for the name of a field"),
            Self::AmbiguousBoolean => (
                Warning,
                "write true or false, or put it in quotes: Envoy and Kubernetes read true or false, and other \
                 readers a text",
            ),
            Self::DocumentUnknown => (
                Error,
                "give a filter configuration, an Envoy bootstrap or resource, a TrafficExtension, WasmPlugin, \
                 EnvoyFilter or EnvoyExtensionPolicy, or a folder with policies",
            ),
            Self::ConfigurationRefused => (
                Error,
                "the filter refuses this, and the proxy does not start with it, or stays with the configuration before",
            ),
            Self::ConfigurationMissing => {
                (Error, "give the plugin a configuration: the filter refuses to start without one")
            }
            Self::PoliciesRefused => (
                Error,
                "the filter refuses these policies, and `watchword bundle build` does not sign them",
            ),
            Self::ResourceMalformed => (
                Error,
                "correct it: Kubernetes drops fields that it does not know without a word, and refuses wrong values",
            ),
            Self::KindUnknown => {
                (Error, "correct the name: a resource of a kind that nobody knows configures nothing")
            }
            Self::ClusterUnknown => (
                Error,
                "add the cluster or correct the name: what is asked of a cluster that is not there fails every time",
            ),
            Self::SecretNotPassed => (
                Error,
                "pass it to the VM: `environment_variables` of the VM, `vmConfig.env` in Istio, `env.hostKeys` in \
                 Envoy Gateway; the filter does not start without it",
            ),
            Self::CapabilityMissing => (
                Error,
                "allow it: a callback that is not allowed is never made, and a call is answered as not available",
            ),
            Self::CapabilityUnknown => (Error, "correct the name: there is no such call or callback"),
            Self::CapabilitiesUnrestricted => (
                Warning,
                "list what the module may call, as envoy/edge.yaml does: then a module that somebody has replaced \
                 cannot do more either",
            ),
            Self::FilterUnreachable => {
                (Error, "put the filter before the router: the router ends the list of filters")
            }
            Self::FilterDisabled => (
                Error,
                "take `disabled: true` out: the filter judges the requests of routes alone that turn it on again, \
                 and no others",
            ),
            Self::EnvoyRefused => (Error, "Envoy does not start with this bootstrap"),
            Self::EnvoyNotAsked => (
                Error,
                "name the program, --envoy=PATH, or leave the option out: this was not validated by Envoy",
            ),
            Self::FailOpen => (
                Warning,
                "use FAIL_RELOAD: after one trap of the module every request of that worker passes unjudged",
            ),
            Self::FailClosedForEver => (
                Warning,
                "say FAIL_RELOAD: after one trap of the module a worker answers 503 until the proxy restarts; \
                 FAIL_RELOAD refuses the one request and starts a fresh VM",
            ),
            Self::StreamIdleTimeout => (
                Warning,
                "set it a little above the longest time for which a request may wait in the filter (5s): it ends \
                 requests that wait in a VM that has trapped",
            ),
            Self::RouteRewrite => (
                Warning,
                "match and judge the path that the service gets, or rewrite before Envoy: the filter judges the path \
                 as it is before the route's rewrite",
            ),
            Self::PathNormalization => (
                Warning,
                "set normalize_path: true, merge_slashes: true and path_with_escaped_slashes_action: REJECT_REQUEST, \
                 so that Envoy routes by the path that was judged",
            ),
            Self::FetchPlaintext => (
                Warning,
                "give the cluster a transport_socket with an UpstreamTlsContext: whoever answers there decides whose \
                 tokens or which policies are good",
            ),
            Self::FetchUnpinned => (
                Warning,
                "give the cluster's validation_context trusted_ca and match_typed_subject_alt_names: without them any \
                 certificate, or any of that CA, will do",
            ),
            Self::LimitServicePlaintext => (
                Warning,
                "give the cluster a transport_socket: whoever answers there grants or refuses requests, and the keys \
                 of limits name users",
            ),
            Self::MacKeyMissing => (
                Note,
                "name a secret of the VM's environment: without one each worker fetches for itself, and tokens that \
                 wait for a service's own calls lie where every plugin of this vm_id can move them",
            ),
            Self::VmIdVersioned => (
                Warning,
                "keep one vm_id for the product: limits, keys and tokens in shared memory lie under it, and start \
                 anew when it changes",
            ),
            Self::VmIdDiffers => (
                Warning,
                "use one vm_id in a proxy: listeners share limits, keys and tokens under it, and each further one \
                 costs memory",
            ),
            Self::ImageUnpinned => (
                Warning,
                "name the digest (`sha256`): a tag can be moved to another module, and proxies that start later run \
                 that",
            ),
            Self::DigestPlaceholder => {
                (Warning, "put the digest there that `scripts/package` prints: zeros match no module")
            }
            Self::ClientAddress => (
                Warning,
                "set use_remote_address: true, and xff_num_trusted_hops where a load balancer stands before: \
                 otherwise a limit by client_address counts what the client writes into X-Forwarded-For",
            ),
            Self::XfccUnsanitized => (
                Warning,
                "use SANITIZE or SANITIZE_SET: a client's own x-forwarded-client-cert is an identity that it gave itself",
            ),
            Self::SecretInPlain => (
                Warning,
                "take it from the proxy's environment: who may read this resource, or the admin interface, can read \
                 the secret",
            ),
            Self::StopIteration => (
                Warning,
                "leave it out: bodies come through while a request waits for a decision, and bounds on them are not \
                 counted",
            ),
            Self::RouteUnguarded => (
                Warning,
                "let the filter judge it, by a route of its own configuration with `authenticate: none` where \
                 nobody need be known: what Envoy matches here and what a service makes of it may differ",
            ),
            Self::ListenerUnguarded => {
                (Note, "add the filter, or leave it so where nothing behind the listener needs a guard")
            }
        }
    }
}

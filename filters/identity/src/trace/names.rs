//! The headers that carry traces, by format.

use contract::HeaderName;

/// The header of a trace (W3C Trace Context §3.2).
pub(super) const TRACEPARENT: &str = "traceparent";

/// What vendors add to a trace (W3C Trace Context §3.3); worth nothing beside another `traceparent`.
pub(super) const TRACESTATE: &str = "tracestate";

/// All of B3 in one (B3 Propagation, "Single Header").
pub(super) const B3_SINGLE: &str = "b3";

/// The parts of B3 (B3 Propagation, "Multiple Headers").
pub(super) const TRACE_ID: &str = "x-b3-traceid";
pub(super) const SPAN_ID: &str = "x-b3-spanid";
pub(super) const PARENT_SPAN_ID: &str = "x-b3-parentspanid";
pub(super) const SAMPLED: &str = "x-b3-sampled";
pub(super) const FLAGS: &str = "x-b3-flags";

/// All headers of W3C Trace Context.
pub(super) static W3C: [HeaderName; 2] =
    [HeaderName::from_static(TRACEPARENT), HeaderName::from_static(TRACESTATE)];

/// All headers of B3.
pub(super) static B3: [HeaderName; 6] = [
    HeaderName::from_static(B3_SINGLE),
    HeaderName::from_static(TRACE_ID),
    HeaderName::from_static(SPAN_ID),
    HeaderName::from_static(PARENT_SPAN_ID),
    HeaderName::from_static(SAMPLED),
    HeaderName::from_static(FLAGS),
];

/// The headers of formats that we do not write: Jaeger, OpenCensus over gRPC, AWS, Google Cloud, Datadog,
/// OpenTracing (generic and basic tracer), SkyWalking, Elastic APM, Instana, Sentry, New Relic, Dynatrace. Tracing libraries that read several
/// formats would copy an id from any of them into that of the trust domain.
pub(super) static FOREIGN: [HeaderName; 17] = [
    HeaderName::from_static("uber-trace-id"),
    HeaderName::from_static("grpc-trace-bin"),
    HeaderName::from_static("x-amzn-trace-id"),
    HeaderName::from_static("x-cloud-trace-context"),
    HeaderName::from_static("x-datadog-trace-id"),
    HeaderName::from_static("x-ot-span-context"),
    HeaderName::from_static("ot-tracer-traceid"),
    HeaderName::from_static("ot-tracer-spanid"),
    HeaderName::from_static("ot-tracer-sampled"),
    HeaderName::from_static("sw8"),
    HeaderName::from_static("elastic-apm-traceparent"),
    HeaderName::from_static("x-instana-t"),
    HeaderName::from_static("x-instana-s"),
    HeaderName::from_static("x-instana-l"),
    HeaderName::from_static("sentry-trace"),
    HeaderName::from_static("newrelic"),
    HeaderName::from_static("x-dynatrace"),
];

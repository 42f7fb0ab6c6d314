//! The service: one method of gRPC.

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use tonic::body::Body;
use tonic::codegen::http;
use tonic::server::Grpc;
use tonic::transport::Server;
use tonic::{Request, Response, Status as GrpcStatus};
use tonic_prost::ProstCodec;
use tower::service_fn;

use crate::decide::Policies;
use crate::messages::{
    CheckRequest, CheckResponse, Denied, Header, HeaderOption, HttpRequest, HttpResponse, HttpStatus,
    METHOD, OVERWRITE, Passes, Status,
};
use crate::tokens::Tokens;

/// `google.rpc.Code`.
const OK: i32 = 0;
const PERMISSION_DENIED: i32 = 7;

/// Fields in which a client could say who it is.
const RESERVED: [&str; 4] = ["authorization", "txn-token", "x-watchword-claims", "x-watchword-caller"];

/// Who is known, and what they may.
pub(crate) struct Service {
    policies: Policies,
    tokens: Tokens,
}

impl Service {
    /// That decides by these.
    pub(crate) const fn new(policies: Policies, tokens: Tokens) -> Self {
        Self { policies, tokens }
    }

    fn check(&self, request: &HttpRequest) -> CheckResponse {
        let token = request.headers.get("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let Some(caller) = token.and_then(|token| self.tokens.caller(token)) else { return denied(401) };
        match self.policies.permit(&caller, &request.method, &request.path) {
            true => passes(&caller.subject),
            false => denied(403),
        }
    }
}

/// Serve until the process ends.
pub(crate) async fn serve(listen: SocketAddr, service: Service) -> Result<(), Box<dyn Error>> {
    let service = Arc::new(service);
    let respond = service_fn(move |request| {
        let service = Arc::clone(&service);
        async move { Ok::<_, Infallible>(respond(service, request).await) }
    });
    Ok(Server::builder().tcp_nodelay(true).serve(listen, respond).await?)
}

async fn respond(service: Arc<Service>, request: http::Request<Body>) -> http::Response<Body> {
    if request.uri().path() != METHOD {
        return GrpcStatus::unimplemented("there is one method").into_http();
    }
    let codec = ProstCodec::<CheckResponse, CheckRequest>::default();
    let method = service_fn(move |question: Request<CheckRequest>| {
        let service = Arc::clone(&service);
        async move {
            let http = question.into_inner().attributes.and_then(|attributes| attributes.request?.http);
            let http = http.ok_or_else(|| GrpcStatus::invalid_argument("there is no request"))?;
            Ok::<_, GrpcStatus>(Response::new(service.check(&http)))
        }
    });
    Grpc::new(codec).unary(method, request).await
}

fn passes(subject: &str) -> CheckResponse {
    let header = Header { key: "x-watchword-subject".to_owned(), value: subject.to_owned() };
    let passes = Passes {
        headers: vec![HeaderOption { header: Some(header), append_action: OVERWRITE }],
        headers_to_remove: RESERVED.map(str::to_owned).to_vec(),
    };
    CheckResponse { status: Some(Status { code: OK }), http_response: Some(HttpResponse::Ok(passes)) }
}

fn denied(status: i32) -> CheckResponse {
    let denied = Denied { status: Some(HttpStatus { code: status }) };
    CheckResponse {
        status: Some(Status { code: PERMISSION_DENIED }),
        http_response: Some(HttpResponse::Denied(denied)),
    }
}

//! The service: one method of gRPC.

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use testenv_rls::{METHOD, RateLimitRequest, RateLimitResponse};
use tonic::body::Body;
use tonic::codegen::http;
use tonic::server::Grpc;
use tonic::transport::Server;
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;
use tower::service_fn;

use crate::engine::Engine;

/// Serve until the process ends.
pub(crate) async fn serve(listen: SocketAddr, engine: Arc<Engine>) -> Result<(), Box<dyn Error>> {
    let service = service_fn(move |request| {
        let engine = Arc::clone(&engine);
        async move { Ok::<_, Infallible>(respond(engine, request).await) }
    });
    Ok(Server::builder().serve(listen, service).await?)
}

async fn respond(engine: Arc<Engine>, request: http::Request<Body>) -> http::Response<Body> {
    if request.uri().path() != METHOD {
        return Status::unimplemented("there is one method").into_http();
    }
    let codec = ProstCodec::<RateLimitResponse, RateLimitRequest>::default();
    let method = service_fn(move |question| answer(Arc::clone(&engine), question));
    Grpc::new(codec).unary(method, request).await
}

/// Whoever asks decides what a store that fails means.
async fn answer(
    engine: Arc<Engine>,
    question: Request<RateLimitRequest>,
) -> Result<Response<RateLimitResponse>, Status> {
    match engine.answer(question.into_inner()).await {
        Ok(answer) => Ok(Response::new(answer)),
        Err(error) => {
            eprintln!("watchword-testenv-engine: {error}");
            Err(Status::unavailable("the store of the counters failed"))
        }
    }
}

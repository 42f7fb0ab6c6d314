//! Rate limit engines: a real one, and one that can be told to misbehave.
//!
//! Both speak Envoy's rate limit protocol. The real one is Limitador in a process of its own, on a Redis of its
//! own; it says what engines do. The scripted one lives in this process; it says what a filter must bear.

mod ask;
mod conduct;
mod frame;
mod limitador;
mod redis;
mod scripted;
mod windows;

pub use ask::ask;
pub use conduct::Conduct;
pub use limitador::{Limitador, LimitadorOptions};
pub use redis::Redis;
pub use scripted::Scripted;
pub use testenv_rls::{
    Code, DescriptorStatus, Entry, HeaderValue, RateLimitDescriptor, RateLimitRequest, RateLimitResponse,
};
pub use windows::{Refused, Windows};

/// A question about one descriptor with these entries.
pub fn question(domain: &str, entries: &[(&str, &str)], hits_addend: u32) -> RateLimitRequest {
    let entry = |(key, value): &(&str, &str)| Entry { key: (*key).to_owned(), value: (*value).to_owned() };
    let descriptor = RateLimitDescriptor { entries: entries.iter().map(entry).collect() };
    RateLimitRequest { domain: domain.to_owned(), descriptors: vec![descriptor], hits_addend }
}

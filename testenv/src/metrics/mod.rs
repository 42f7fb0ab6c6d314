//! What is measured: the names in the sources, on the page, in dashboard and alerts, and in what a proxy serves.
//!
//! They must be the same ones. Nothing makes one from another, because each is written for somebody else; the tests
//! hold them against each other.

mod emitted;
mod page;
mod prometheus;
mod scrape;
mod served;
mod used;

pub use emitted::emitted;
pub use page::{Metric, page};
pub use prometheus::{Prometheus, Target};
pub use scrape::{Scraped, scrape};
pub use served::{missing, served, unlisted};
pub use used::{base, used};

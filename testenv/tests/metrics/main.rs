//! The names of metrics: in the sources, on the page, in dashboard and alerts, and in what real proxies serve.

#![expect(clippy::disallowed_methods, reason = "what is awaited of real proxies has an end")]

mod names;
mod rules;
mod shop;

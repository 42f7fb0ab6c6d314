//! The names of metrics: in the sources, on the page, in dashboard and alerts, and in what real proxies serve.

mod names;
mod rules;
mod shop;

//! The stage as a whole: sections and routes in, verdicts out. Cases are data in `tests/cases`.

#[cfg(test)]
mod bundles;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod config;
#[cfg(test)]
mod decisions;
#[cfg(test)]
mod facts;
#[cfg(test)]
mod issuers;
#[cfg(test)]
mod knowledge;
#[cfg(test)]
mod mapping;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod world;

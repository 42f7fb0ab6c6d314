//! What was measured, round by round.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What can be measured of a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Measure {
    /// CPU time of the proxies for a request, in microseconds.
    CpuUs,
    /// What half of the requests waited at most, in microseconds, at a fixed pace.
    P50Us,
    /// What all but one in a hundred waited at most.
    P99Us,
    /// Requests in a second, as fast as they were answered.
    PerSecond,
    /// The part of that time in which the proxies were on their core, in percent: near 100, nothing else holds them up.
    ProxyPercent,
    /// The part of that time in which the load was on its own.
    LoadPercent,
    /// CPU time of the external authorizer for a request, in microseconds.
    AuthorizerUs,
    /// From the start of the program to the first answer, in milliseconds.
    StartMs,
    /// CPU time until then, in milliseconds.
    StartCpuMs,
    /// Resident memory at rest, after a few requests, in MB: what a proxy takes by itself.
    ResidentMb,
    /// Resident memory when all users are known as well.
    KnownUsersMb,
}

impl Measure {
    /// The head of its column.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::CpuUs => "CPU µs",
            Self::P50Us => "p50 µs",
            Self::P99Us => "p99 µs",
            Self::PerSecond => "requests/s",
            Self::ProxyPercent => "proxy %",
            Self::LoadPercent => "load %",
            Self::AuthorizerUs => "authorizer µs",
            Self::StartMs => "start ms",
            Self::StartCpuMs => "start CPU ms",
            Self::ResidentMb => "RSS MB",
            Self::KnownUsersMb => "RSS MB, 2,000 users known",
        }
    }

    /// Digits after the point that are worth something.
    pub(crate) const fn digits(self) -> usize {
        match self {
            Self::CpuUs | Self::AuthorizerUs | Self::ResidentMb | Self::KnownUsersMb => 1,
            Self::P50Us
            | Self::P99Us
            | Self::PerSecond
            | Self::ProxyPercent
            | Self::LoadPercent
            | Self::StartMs
            | Self::StartCpuMs => 0,
        }
    }
}

/// By scenario and by measure, in the order of the rounds.
#[derive(Debug, Default)]
pub(crate) struct Samples(BTreeMap<&'static str, BTreeMap<Measure, Vec<f64>>>);

impl Samples {
    /// Note what a round gave.
    pub(crate) fn note(
        &mut self,
        scenario: &'static str,
        measures: impl IntoIterator<Item = (Measure, f64)>,
    ) {
        let noted = self.0.entry(scenario).or_default();
        for (measure, value) in measures {
            noted.entry(measure).or_default().push(value);
        }
    }

    /// Forget what was measured of a scenario.
    pub(crate) fn forget(&mut self, scenario: &str) {
        self.0.remove(scenario);
    }

    /// Rounds of the scenario that has most.
    pub(crate) fn most_rounds(&self) -> usize {
        self.0.values().flat_map(BTreeMap::values).map(Vec::len).max().unwrap_or_default()
    }

    /// The measures of a scenario.
    pub(crate) fn of(&self, scenario: &str) -> impl Iterator<Item = (Measure, &[f64])> {
        self.0.get(scenario).into_iter().flatten().map(|(measure, rounds)| (*measure, rounds.as_slice()))
    }

    /// One of them; nothing where it was not measured.
    pub(crate) fn rounds(&self, scenario: &str, measure: Measure) -> &[f64] {
        self.0.get(scenario).and_then(|noted| noted.get(&measure)).map_or(&[], Vec::as_slice)
    }
}

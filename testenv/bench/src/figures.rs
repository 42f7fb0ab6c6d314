//! What is kept of a measurement: one file of JSON for each group.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{fs, io};

use serde::{Deserialize, Serialize};
use testenv::{envoy_version, repository};

use crate::group::Group;
use crate::samples::{Measure, Samples};
use crate::scenario::Scenario;
use crate::statistics::Summary;

/// The figures of a group.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Figures {
    /// The release of Envoy.
    pub(crate) envoy: String,
    /// The processor.
    pub(crate) processor: String,
    /// Rounds of each scenario.
    pub(crate) rounds: usize,
    /// In the order in which they were measured.
    pub(crate) lines: Vec<Line>,
    /// What was compared.
    pub(crate) comparisons: Vec<Compared>,
}

/// A scenario.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    /// Its name.
    pub(crate) key: String,
    /// What a reader is told.
    pub(crate) title: String,
    /// What was measured.
    pub(crate) measures: BTreeMap<Measure, Summary>,
}

/// A comparison, with what is wanted of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Compared {
    /// The name of its gate.
    pub(crate) gate: String,
    /// What came out; nothing where the rounds differ too much.
    pub(crate) got: Option<Summary>,
    /// What is wanted.
    pub(crate) want: String,
    /// Whether it holds.
    pub(crate) holds: bool,
}

impl Figures {
    /// Of these samples.
    pub(crate) fn of(group: Group, scenarios: &[Scenario], samples: &Samples) -> Self {
        let lines = scenarios.iter().map(|scenario| Line::of(scenario, samples)).collect();
        let comparisons = group.comparisons().iter().map(|comparison| {
            let got = comparison.summary(samples).filter(|_| comparison.is_narrow(samples));
            let holds = got.is_some_and(|summary| comparison.want.holds(summary.median));
            Compared { gate: comparison.gate.to_owned(), got, want: comparison.want.to_string(), holds }
        });
        Self {
            envoy: envoy_version().to_owned(),
            processor: processor(),
            rounds: samples.most_rounds(),
            lines,
            comparisons: comparisons.collect(),
        }
    }

    /// Of the last run of a group.
    ///
    /// # Errors
    /// When there was none.
    pub(crate) fn read(group: Group) -> io::Result<Self> {
        let path = path(group);
        let text = fs::read(&path).map_err(|error| {
            io::Error::other(format!("{}: {error}; scripts/bench makes it", path.display()))
        })?;
        serde_json::from_slice(&text).map_err(io::Error::other)
    }

    /// Keep them for the page.
    ///
    /// # Errors
    /// When they cannot be written.
    pub(crate) fn write(&self, group: Group) -> io::Result<PathBuf> {
        let path = path(group);
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        fs::write(&path, serde_json::to_vec_pretty(self).map_err(io::Error::other)?)?;
        Ok(path)
    }

    /// The line of that name.
    pub(crate) fn line(&self, key: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.key == key)
    }
}

impl Line {
    fn of(scenario: &Scenario, samples: &Samples) -> Self {
        let measures =
            samples.of(scenario.key).filter_map(|(measure, rounds)| Some((measure, Summary::of(rounds)?)));
        Self {
            key: scenario.key.to_owned(),
            title: scenario.title.to_owned(),
            measures: measures.collect(),
        }
    }

    /// The median of a measure.
    pub(crate) fn median(&self, measure: Measure) -> Option<f64> {
        Some(self.measures.get(&measure)?.median)
    }
}

fn path(group: Group) -> PathBuf {
    repository().join("target/bench").join(format!("{}.json", group.name()))
}

/// As the kernel calls it.
fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    name.map_or("unknown", |(_, name)| name.trim()).to_owned()
}

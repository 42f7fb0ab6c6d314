//! What was answered, and when.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The answers to one class of requests.
#[derive(Debug, Clone, Default)]
pub struct Class {
    statuses: BTreeMap<u16, u64>,
    /// When the first and the last of them came.
    span: Option<(Instant, Instant)>,
}

/// The answers to a load.
#[derive(Debug, Clone)]
pub struct Tally {
    began: Instant,
    classes: Vec<Class>,
}

impl Class {
    /// How many had this status.
    pub fn count(&self, status: u16) -> u64 {
        self.statuses.get(&status).copied().unwrap_or_default()
    }

    /// How many there were.
    pub fn all(&self) -> u64 {
        self.statuses.values().sum()
    }

    /// From the first answer to the last.
    pub fn duration(&self) -> Duration {
        self.span.map_or(Duration::ZERO, |(first, last)| last - first)
    }

    fn note(&mut self, status: u16, at: Instant) {
        *self.statuses.entry(status).or_default() += 1;
        self.widen((at, at));
    }

    fn widen(&mut self, (from, to): (Instant, Instant)) {
        let (first, last) = self.span.unwrap_or((from, to));
        self.span = Some((first.min(from), last.max(to)));
    }

    fn add(&mut self, other: &Self) {
        for (status, count) in &other.statuses {
            *self.statuses.entry(*status).or_default() += count;
        }
        other.span.into_iter().for_each(|span| self.widen(span));
    }
}

impl Tally {
    pub(super) fn new(began: Instant, classes: usize) -> Self {
        Self { began, classes: vec![Class::default(); classes] }
    }

    /// By class.
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// How many answers of all classes had this status.
    pub fn count(&self, status: u16) -> u64 {
        self.classes.iter().map(|class| class.count(status)).sum()
    }

    /// How many answers there were.
    pub fn all(&self) -> u64 {
        self.classes.iter().map(Class::all).sum()
    }

    /// Answers per second, from the first request to the last answer: what was offered on average, because
    /// nothing is sent that is not answered.
    pub fn per_second(&self) -> f64 {
        let ended = self.classes.iter().filter_map(|class| Some(class.span?.1)).max();
        let took = ended.map_or(Duration::ZERO, |ended| ended - self.began);
        self.all() as f64 / took.as_secs_f64()
    }

    pub(super) fn note(&mut self, class: usize, status: u16, at: Instant) {
        if let Some(class) = self.classes.get_mut(class) {
            class.note(status, at);
        }
    }

    pub(super) fn with(mut self, other: Self) -> Self {
        for (class, other) in self.classes.iter_mut().zip(&other.classes) {
            class.add(other);
        }
        self
    }
}

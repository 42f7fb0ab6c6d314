//! What a proxy serves to Prometheus, as far as it is ours.

use std::collections::{BTreeMap, BTreeSet};

/// One metric as it was scraped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scraped {
    /// `counter`, `gauge` or `histogram`.
    pub kind: String,
    /// The names of its labels, of all series together; without those of Envoy and of histograms.
    pub labels: BTreeSet<String>,
    /// Its samples.
    pub samples: usize,
}

/// Our metrics in the text that `/stats/prometheus` answers.
pub fn scrape(text: &str) -> BTreeMap<String, Scraped> {
    let mut metrics = BTreeMap::<String, Scraped>::new();
    for line in text.lines() {
        if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
            metrics.entry(name.to_owned()).or_default().kind = kind.to_owned();
        } else if let Some((name, labels)) = sample(line) {
            let metric = metrics.entry(super::base(name).to_owned()).or_default();
            metric.labels.extend(labels);
            metric.samples += 1;
        }
    }
    metrics.retain(|name, _| name.starts_with("watchword_"));
    metrics
}

fn sample(line: &str) -> Option<(&str, Vec<String>)> {
    let is_sample = line.starts_with("watchword_");
    let (series, _) = line.rsplit_once(' ').filter(|_| is_sample)?;
    let (name, labels) = series.split_once('{').unwrap_or((series, ""));
    Some((name, label_names(labels)))
}

/// Values have no `="` in them: they are names of a configuration.
fn label_names(labels: &str) -> Vec<String> {
    let names = labels.split("=\"").filter_map(|before| before.rsplit([',', '{', '"']).next());
    let names = names.filter(|name| !name.is_empty() && !name.contains('}'));
    names.filter(|name| *name != "le" && !name.starts_with("envoy_")).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_kinds_labels_and_histograms() {
        let text = "# TYPE envoy_x counter\nenvoy_x{} 1\n# TYPE watchword_requests counter\n\
                    watchword_requests{outcome=\"allowed\",route=\"a\"} 3\n\
                    # TYPE watchword_stage_us histogram\n\
                    watchword_stage_us_bucket{stage=\"jwt\",le=\"10\"} 1\nwatchword_stage_us_sum{stage=\"jwt\"} 9\n\
                    # TYPE watchword_waiting counter\nwatchword_waiting{} 1\n";
        let metrics = scrape(text);
        let told: Vec<_> =
            metrics.iter().map(|(name, metric)| (name.as_str(), metric.labels.len())).collect();
        assert_eq!(told, [("watchword_requests", 2), ("watchword_stage_us", 1), ("watchword_waiting", 0)]);
        assert_eq!(
            (metrics["watchword_stage_us"].kind.as_str(), metrics["watchword_stage_us"].samples),
            ("histogram", 2)
        );
    }
}

//! The shipped bootstraps, with their words filled in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::{Value, json};

use crate::repository;

/// The words of a bootstrap and what stands for them.
pub type Words = BTreeMap<&'static str, String>;

/// A bootstrap, ready to be started. One of `envoy/` stays the text that was shipped until a test changes a
/// value in it.
#[derive(Debug, Clone)]
pub struct Bootstrap {
    text: String,
    changed: Option<Value>,
}

impl Bootstrap {
    /// One that a test has written.
    pub const fn new(document: Value) -> Self {
        Self { text: String::new(), changed: Some(document) }
    }

    /// Read `envoy/FILE` and fill in its words.
    ///
    /// # Errors
    /// When the file cannot be read, or holds a word that nothing stands for.
    pub fn read(file: &str, words: &Words) -> io::Result<Self> {
        let path = repository().join("envoy").join(file);
        let template = fs::read_to_string(&path)
            .map_err(|error| io::Error::other(format!("{}: {error}", path.display())))?;
        Ok(Self { text: fill_in(&template, words)?, changed: None })
    }

    /// The document, to change values in it.
    ///
    /// # Errors
    /// When it is no YAML.
    pub fn document(&mut self) -> io::Result<&mut Value> {
        let document = match self.changed.take() {
            Some(document) => document,
            None => serde_norway::from_str(&self.text).map_err(io::Error::other)?,
        };
        Ok(self.changed.insert(document))
    }

    /// Have Envoy refuse to start on ports that somebody else has. By default each worker binds them for
    /// itself, and so could another process of the same user: it would get some of the connections.
    ///
    /// # Errors
    /// When it is no YAML.
    pub fn own_ports(&mut self) -> io::Result<()> {
        let listeners = self.document()?.pointer_mut("/static_resources/listeners");
        for listener in listeners.and_then(Value::as_array_mut).into_iter().flatten() {
            listener["enable_reuse_port"] = false.into();
        }
        Ok(())
    }

    /// Share connections out evenly: by itself, one worker may be quick enough to take all of them.
    ///
    /// # Errors
    /// When it is no YAML.
    pub fn balance(&mut self) -> io::Result<()> {
        let listeners = self.document()?.pointer_mut("/static_resources/listeners");
        for listener in listeners.and_then(Value::as_array_mut).into_iter().flatten() {
            listener["connection_balance_config"] = json!({ "exact_balance": {} });
        }
        Ok(())
    }

    /// Take and forward trailers from a listener to a cluster, which Envoy drops from HTTP/1.1 unless told otherwise.
    ///
    /// # Errors
    /// When there is no listener or cluster of that name.
    pub fn forward_trailers(&mut self, listener: &str, cluster: &str) -> io::Result<()> {
        self.connection_manager(listener)?["http_protocol_options"] = json!({ "enable_trailers": true });
        self.cluster(cluster)?["typed_extension_protocol_options"] = json!({
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                "explicit_http_config": { "http_protocol_options": { "enable_trailers": true } },
            },
        });
        Ok(())
    }

    /// Lift the limits on a listener: they count, and so would refuse the later ones of many requests.
    ///
    /// # Errors
    /// When there is no listener of that name.
    pub fn without_limits(&mut self, listener: &str) -> io::Result<()> {
        let configuration = self.configuration(listener)?;
        remove(configuration, "ratelimit");
        let routes = configuration["routes"].as_array_mut().into_iter().flatten();
        routes.for_each(|route| remove(route, "limits"));
        Ok(())
    }

    /// The connection manager of a listener.
    ///
    /// # Errors
    /// When there is no listener of that name.
    pub fn connection_manager(&mut self, listener: &str) -> io::Result<&mut Value> {
        let listeners = self.document()?.pointer_mut("/static_resources/listeners");
        let mut listeners = listeners.and_then(Value::as_array_mut).into_iter().flatten();
        let found = listeners.find(|candidate| candidate["name"] == listener);
        found
            .and_then(|listener| listener.pointer_mut("/filter_chains/0/filters/0/typed_config"))
            .ok_or_else(|| io::Error::other(format!("no listener `{listener}`")))
    }

    /// The plugin of Watchword on a listener: name, VM, configuration.
    ///
    /// # Errors
    /// When there is no listener of that name.
    pub fn plugin(&mut self, listener: &str) -> io::Result<&mut Value> {
        let manager = self.connection_manager(listener)?;
        manager
            .pointer_mut("/http_filters/0/typed_config/config")
            .ok_or_else(|| io::Error::other(format!("no plugin on `{listener}`")))
    }

    /// Watchword's own configuration on a listener.
    ///
    /// # Errors
    /// When there is no listener of that name.
    pub fn configuration(&mut self, listener: &str) -> io::Result<&mut Value> {
        Ok(&mut self.plugin(listener)?["configuration"]["value"])
    }

    /// A cluster.
    ///
    /// # Errors
    /// When there is no cluster of that name.
    pub fn cluster(&mut self, name: &str) -> io::Result<&mut Value> {
        let clusters = self.document()?.pointer_mut("/static_resources/clusters");
        let mut clusters = clusters.and_then(Value::as_array_mut).into_iter().flatten();
        let found = clusters.find(|candidate| candidate["name"] == name);
        found.ok_or_else(|| io::Error::other(format!("no cluster `{name}`")))
    }

    /// Add a cluster called `name` that is otherwise as `shipped` is: the log tells its failures apart.
    ///
    /// # Errors
    /// When there is no cluster `shipped`.
    pub fn copy_cluster(&mut self, shipped: &str, name: &str) -> io::Result<()> {
        let mut cluster = self.cluster(shipped)?.clone();
        cluster["name"] = json!(name);
        cluster["load_assignment"]["cluster_name"] = json!(name);
        let clusters = self.document()?.pointer_mut("/static_resources/clusters");
        clusters
            .and_then(Value::as_array_mut)
            .into_iter()
            .for_each(|clusters| clusters.push(cluster.clone()));
        Ok(())
    }

    /// Have a cluster of one endpoint send to this port of the same address.
    ///
    /// # Errors
    /// When there is no cluster of that name, or it has no endpoint.
    pub fn send_to(&mut self, cluster: &str, port: u16) -> io::Result<()> {
        let endpoint =
            "/load_assignment/endpoints/0/lb_endpoints/0/endpoint/address/socket_address/port_value";
        let found = self.cluster(cluster)?.pointer_mut(endpoint);
        *found.ok_or_else(|| io::Error::other(format!("no endpoint of `{cluster}`")))? = port.into();
        Ok(())
    }

    /// Have a cluster of one endpoint send to this port of this host.
    ///
    /// # Errors
    /// When there is no cluster of that name, or it has no endpoint.
    pub fn send_to_host(&mut self, cluster: &str, host: &str, port: u16) -> io::Result<()> {
        self.send_to(cluster, port)?;
        let endpoint =
            "/load_assignment/endpoints/0/lb_endpoints/0/endpoint/address/socket_address/address";
        let found = self.cluster(cluster)?.pointer_mut(endpoint);
        *found.ok_or_else(|| io::Error::other(format!("no endpoint of `{cluster}`")))? = host.into();
        Ok(())
    }

    /// Have a cluster speak HTTP/2 without asking whether the other side does: gRPC needs it.
    ///
    /// # Errors
    /// When there is no cluster of that name.
    pub fn speak_http2(&mut self, cluster: &str) -> io::Result<()> {
        self.cluster(cluster)?["typed_extension_protocol_options"] = json!({
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                "explicit_http_config": { "http2_protocol_options": {} },
            },
        });
        Ok(())
    }

    /// Write it to a file that Envoy can start with.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, directory: &Path, name: &str) -> io::Result<PathBuf> {
        let (path, content) = match &self.changed {
            Some(document) => (directory.join(format!("{name}.json")), format!("{document:#}")),
            None => (directory.join(format!("{name}.yaml")), self.text.clone()),
        };
        fs::write(&path, content)?;
        Ok(path)
    }
}

fn remove(object: &mut Value, member: &str) {
    if let Value::Object(members) = object {
        members.remove(member);
    }
}

/// The text of a file of `envoy/`, to stand for a word.
pub(crate) fn read(file: &str) -> io::Result<String> {
    let path = repository().join("envoy").join(file);
    fs::read_to_string(&path).map_err(|error| io::Error::other(format!("{}: {error}", path.display())))
}

/// Replace each `${WORD}`. The lines of a text are indented like the line in which its word stands.
fn fill_in(template: &str, words: &Words) -> io::Result<String> {
    let mut filled = String::with_capacity(template.len());
    for line in template.lines() {
        let indentation = &line[..line.len() - line.trim_start().len()];
        let mut rest = line;
        // Comments may speak of words.
        while let Some((before, word, after)) =
            next_word(rest).filter(|_| !line.trim_start().starts_with('#'))
        {
            let value = words
                .get(word)
                .ok_or_else(|| io::Error::other(format!("nothing stands for ${{{word}}}")))?;
            filled.push_str(before);
            filled.push_str(&value.trim_end().replace('\n', &format!("\n{indentation}")));
            rest = after;
        }
        filled.push_str(rest);
        filled.push('\n');
    }
    Ok(filled)
}

/// The first word of a line, with what stands before and after it.
fn next_word(line: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = line.split_once("${")?;
    let (word, after) = rest.split_once('}')?;
    Some((before, word, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        Words::from([("PORT", "80".to_owned()), ("TEXT", "a\nb\n".to_owned())])
    }

    #[test]
    fn a_text_is_indented_like_its_word() {
        let filled = fill_in("x: |\n  ${TEXT}\ny: ${PORT}-${PORT}\n", &words()).unwrap();
        assert_eq!(filled, "x: |\n  a\n  b\ny: 80-80\n");
    }

    #[test]
    fn comments_may_speak_of_words() {
        assert_eq!(fill_in("# the words in `${...}`", &words()).unwrap(), "# the words in `${...}`\n");
    }

    #[test]
    fn a_word_for_which_nothing_stands_is_an_error() {
        let error = fill_in("port: ${PROT}", &words()).unwrap_err().to_string();
        assert_eq!(error, "nothing stands for ${PROT}");
    }
}

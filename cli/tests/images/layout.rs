//! Layouts, read and changed by hand: a second reading of the specification.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use flate2::{Compression, GzBuilder};
use serde_json::{Value, json};

pub(crate) const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
pub(crate) const CONTENT: &str = "application/vnd.module.wasm.content.layer.v1+wasm";

pub(crate) struct Layout(PathBuf);

impl Layout {
    pub(crate) fn open(folder: PathBuf) -> Self {
        let mark: Value = serde_json::from_slice(&fs::read(folder.join("oci-layout")).unwrap()).unwrap();
        assert_eq!(mark, json!({"imageLayoutVersion": "1.0.0"}));
        Self(folder)
    }

    /// The entries of the list.
    pub(crate) fn entries(&self) -> Vec<Value> {
        let index: Value = serde_json::from_slice(&fs::read(self.0.join("index.json")).unwrap()).unwrap();
        index["manifests"].as_array().unwrap().clone()
    }

    /// The digest of the first manifest.
    pub(crate) fn digest(&self) -> String {
        self.entries()[0]["digest"].as_str().unwrap().to_owned()
    }

    /// The manifest at `place` of the list.
    pub(crate) fn manifest(&self, place: usize) -> Value {
        serde_json::from_slice(&self.content(&self.entries()[place])).unwrap()
    }

    pub(crate) fn blob_path(&self, descriptor: &Value) -> PathBuf {
        self.0.join("blobs").join(descriptor["digest"].as_str().unwrap().replace(':', "/"))
    }

    /// What `descriptor` points at, which has the digest that it says.
    pub(crate) fn content(&self, descriptor: &Value) -> Vec<u8> {
        let content = fs::read(self.blob_path(descriptor)).unwrap();
        assert_eq!(descriptor["digest"], digest(&content));
        assert_eq!(descriptor["size"], content.len());
        content
    }

    /// Keep `content`, and say what points at it.
    pub(crate) fn put(&self, media_type: &str, content: &[u8]) -> Value {
        let descriptor = json!({"mediaType": media_type, "digest": digest(content), "size": content.len()});
        fs::write(self.blob_path(&descriptor), content).unwrap();
        descriptor
    }

    /// Replace the manifest at `place` by what `change` makes of it.
    pub(crate) fn change(&self, place: usize, change: impl FnOnce(&mut Value)) {
        let mut manifest = self.manifest(place);
        change(&mut manifest);
        let mut entries = self.entries();
        let media_type = manifest["mediaType"].as_str().unwrap().to_owned();
        let mut entry = self.put(&media_type, manifest.to_string().as_bytes());
        entry["annotations"] = entries[place]["annotations"].clone();
        entries[place] = entry;
        self.list(&entries);
    }

    /// Write the list.
    pub(crate) fn list(&self, entries: &[Value]) {
        let index = json!({"schemaVersion": 2, "manifests": entries});
        fs::write(self.0.join("index.json"), index.to_string()).unwrap();
    }
}

pub(crate) fn digest(content: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, content);
    let digits: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut packed = GzBuilder::new().write(Vec::new(), Compression::fast());
    packed.write_all(content).unwrap();
    packed.finish().unwrap()
}

/// A packed archive of one file.
pub(crate) fn archive(name: &str, content: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.set_size(u64::try_from(content.len()).unwrap());
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_data(&mut header, name, content).unwrap();
    gzip(&archive.into_inner().unwrap())
}

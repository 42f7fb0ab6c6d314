//! Layers: a tar archive in gzip, the same bytes for the same files.

use std::io::{self, Read, Write};
use std::path::Path;

use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};

use super::Fault;
use super::place::MAX_BLOB_BYTES;

/// The only file that agents look for, in any folder.
pub(crate) const PLUGIN: &str = "plugin.wasm";

/// Everybody may read it.
const MODE: u32 = 0o644;

/// An archive that holds `module` alone: unpacked, and packed. Nothing of the machine that packs gets in, no
/// time, no owner and no name of its system.
///
/// # Errors
/// When memory cannot be written, which does not happen.
pub(crate) fn pack(module: &[u8]) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let mut header = tar::Header::new_ustar();
    header.set_size(u64::try_from(module.len()).unwrap_or(u64::MAX));
    header.set_mode(MODE);
    header.set_mtime(0);
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_data(&mut header, PLUGIN, module)?;
    let archive = archive.into_inner()?;
    let mut packed = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    packed.write_all(&archive)?;
    Ok((archive, packed.finish()?))
}

/// The module in the archive `packed`, as agents look for it: the first file of its name, in whatever folder.
///
/// # Errors
/// When it is no such archive, or there is no such file in it.
pub(crate) fn plugin(packed: &[u8]) -> Result<Vec<u8>, Fault> {
    let broken = |error: io::Error| Fault::NotAnArchive(error.to_string());
    let mut archive = tar::Archive::new(GzDecoder::new(packed).take(MAX_BLOB_BYTES));
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let path = entry.path().map_err(broken)?.into_owned();
        if path.file_name() == Path::new(PLUGIN).file_name() {
            let mut module = Vec::new();
            entry.read_to_end(&mut module).map_err(broken)?;
            return Ok(module);
        }
    }
    Err(Fault::NoPlugin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_module_makes_the_same_bytes_which_hold_it() {
        let (archive, packed) = pack(b"\0asm").unwrap();
        assert_eq!(pack(b"\0asm").unwrap(), (archive.clone(), packed.clone()));
        assert_eq!(plugin(&packed), Ok(b"\0asm".to_vec()));
        assert_eq!(&packed[4..8], [0; 4], "the time of the machine");
        assert_eq!(packed[9], 255, "the system of the machine");
        assert!(!archive.windows(4).any(|bytes| bytes == b"root"), "the owner");
    }

    #[test]
    fn an_archive_without_the_module_and_what_is_no_archive_are_told_apart() {
        let mut gzip = GzBuilder::new().write(Vec::new(), Compression::best());
        gzip.write_all(&[b'x'; 2048]).unwrap();
        assert!(matches!(plugin(&gzip.finish().unwrap()), Err(Fault::NotAnArchive(_))));
        assert!(matches!(plugin(b"\0asm"), Err(Fault::NotAnArchive(_))));
        let mut archive = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_ustar();
        header.set_size(1);
        archive.append_data(&mut header, "filter.wasm", [0].as_slice()).unwrap();
        let mut gzip = GzBuilder::new().write(Vec::new(), Compression::best());
        gzip.write_all(&archive.into_inner().unwrap()).unwrap();
        assert_eq!(plugin(&gzip.finish().unwrap()), Err(Fault::NoPlugin));
    }
}

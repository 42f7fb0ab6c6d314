//! Layers: a tar archive in gzip, the same bytes for the same files.

use std::io::{self, Read, Write};

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

/// The module in the archive `packed`, as agents look for it: the first file of its name, in whatever folder. Only
/// archives are taken that all readers read alike: plain files under the headers of POSIX's ustar, without
/// extensions, links and holes.
///
/// # Errors
/// When it is no such archive, there is no such file in it, or one that is cut off or too large.
pub(crate) fn plugin(packed: &[u8]) -> Result<Vec<u8>, Fault> {
    let broken = |error: io::Error| Fault::NotAnArchive(error.to_string());
    let mut archive = tar::Archive::new(GzDecoder::new(packed).take(MAX_BLOB_BYTES));
    let mut found = None;
    // Raw: no extension is looked into, and none is granted memory.
    for entry in archive.entries().map_err(broken)?.raw(true) {
        let mut entry = entry.map_err(broken)?;
        let is_plugin = file_name(entry.header())? == PLUGIN.as_bytes();
        let content = content(&mut entry)?;
        found = found.or_else(|| is_plugin.then_some(content));
    }
    found.ok_or(Fault::NoPlugin)
}

/// The last part of the name of a plain file.
fn file_name(header: &tar::Header) -> Result<Vec<u8>, Fault> {
    let path = header.path_bytes();
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let is_plain = header.as_ustar().is_some_and(is_plain) && header.entry_type().is_file();
    if is_plain && !name.is_empty() {
        return Ok(name.to_vec());
    }
    let shown = String::from_utf8_lossy(&path).into_owned();
    Err(Fault::NotAnArchive(format!("`{shown}` is no plain file of a ustar archive")))
}

/// Sizes in octal digits, as the standard has them, and nothing where a relative of ustar (star) keeps more of a
/// name.
fn is_plain(header: &tar::UstarHeader) -> bool {
    let octal = |byte: &u8| matches!(byte, b'0'..=b'7');
    let size = header
        .size
        .split_last()
        .is_some_and(|(end, digits)| matches!(end, b' ' | b'\0') && digits.iter().all(octal));
    size && header.pad.iter().all(|byte| *byte == 0)
}

/// All of `entry`, and no more than agents take.
fn content<R: Read>(entry: &mut tar::Entry<'_, R>) -> Result<Vec<u8>, Fault> {
    let broken = |error: io::Error| Fault::NotAnArchive(error.to_string());
    let size = entry.size();
    if size > MAX_BLOB_BYTES {
        return Err(Fault::TooLarge { what: "a file of the last layer".to_owned(), bound: MAX_BLOB_BYTES });
    }
    let mut content = Vec::new();
    entry.take(MAX_BLOB_BYTES.saturating_add(1)).read_to_end(&mut content).map_err(broken)?;
    let is_whole = u64::try_from(content.len()) == Ok(size);
    is_whole.then_some(content).ok_or_else(|| Fault::NotAnArchive("a file of it is cut off".to_owned()))
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

    fn packed(archive: &[u8]) -> Vec<u8> {
        let mut gzip = GzBuilder::new().write(Vec::new(), Compression::fast());
        gzip.write_all(archive).unwrap();
        gzip.finish().unwrap()
    }

    /// An archive of the plugin, whose header is what `change` makes of it.
    fn changed(mut header: tar::Header, change: impl FnOnce(&mut tar::Header)) -> Vec<u8> {
        header.set_size(4);
        header.set_path(PLUGIN).unwrap();
        header.set_entry_type(tar::EntryType::Regular);
        change(&mut header);
        header.set_cksum();
        let mut archive = tar::Builder::new(Vec::new());
        archive.append(&header, b"\0asm".as_slice()).unwrap();
        archive.into_inner().unwrap()
    }

    #[test]
    fn only_plain_files_of_ustar_are_taken() {
        let plain = changed(tar::Header::new_ustar(), |_| ());
        assert_eq!(plugin(&packed(&plain)), Ok(b"\0asm".to_vec()));
        let refused =
            |archive: &[u8]| assert!(matches!(plugin(&packed(archive)), Err(Fault::NotAnArchive(_))));
        for kind in [b'1', b'2', b'5', b'7', b'x', b'g', b'L', b'S'] {
            let kind = tar::EntryType::new(kind);
            let odd = changed(tar::Header::new_ustar(), |header| header.set_entry_type(kind));
            refused(&odd);
            // Behind the module, too, and before it.
            let files = |archive: &[u8]| archive[..1024].to_vec();
            refused(&[files(&plain), odd.clone()].concat());
            refused(&[files(&odd), plain.clone()].concat());
        }
        refused(&changed(tar::Header::new_gnu(), |_| ()));
        refused(&changed(tar::Header::new_old(), |_| ()));
        refused(&changed(tar::Header::new_ustar(), |header| header.as_mut_bytes()[508] = b't'));
        refused(&changed(tar::Header::new_ustar(), |header| header.as_mut_bytes()[124] = 0x80));
        refused(&changed(tar::Header::new_ustar(), |header| header.as_mut_bytes()[11] = b'/'));
    }

    #[test]
    fn a_file_that_is_cut_off_or_too_large_is_refused_and_not_cut() {
        let plain = changed(tar::Header::new_ustar(), |_| ());
        assert!(matches!(plugin(&packed(&plain[..514])), Err(Fault::NotAnArchive(_))));
        let large = changed(tar::Header::new_ustar(), |header| header.set_size(MAX_BLOB_BYTES + 1));
        assert!(matches!(plugin(&packed(&large)), Err(Fault::TooLarge { .. })));
        let sparse = changed(tar::Header::new_gnu(), |header| {
            header.set_entry_type(tar::EntryType::GNUSparse);
            let gnu = header.as_gnu_mut().unwrap();
            gnu.realsize = *b"77777777777\0";
            gnu.sparse[0].offset = *b"77777777773\0";
            gnu.sparse[0].numbytes = *b"00000000004\0";
        });
        assert!(matches!(plugin(&packed(&sparse)), Err(Fault::NotAnArchive(_))));
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

//! Bounds, each with its source.

use contract::Duration;

/// Bytes of a document. Ten thousand policies of 300 bytes, which is what the engine is measured with, take
/// 3 MiB; and a proxy holds the whole answer to a fetch in memory, beside our copy of it.
pub const MAX_BUNDLE_BYTES: usize = 4 * 1024 * 1024;

/// Policy files in a bundle: those ten thousand policies with a file for each.
pub const MAX_POLICY_FILES: usize = 10_000;

/// Template links in a bundle: each of them is a policy, so there may be as many.
pub const MAX_LINKS: usize = 10_000;

/// Entities in a bundle. The smallest one that says anything, a uid and a parent, has about 100 bytes: these
/// are a quarter of the document.
pub const MAX_ENTITIES: usize = 10_000;

/// Bytes of the name of a file in a bundle: a component of a path has no more on common file systems.
pub const MAX_FILE_NAME_BYTES: usize = 255;

/// Bytes of the name of a bundle, which stands in logs and in every manifest. API keys have ids of this length.
pub const MAX_NAME_BYTES: usize = 64;

/// How far the clock of the machine that signed may run ahead of ours. A minute is what RFC 7519 §4.1.4 calls
/// "a few". The end of a bundle has no leeway: it is days away when it is set.
pub const LEEWAY: Duration = Duration::from_secs(60);

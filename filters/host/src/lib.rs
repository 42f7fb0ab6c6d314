//! The only crate that knows proxy-wasm: bytes in, verdict performed.
//!
//! What a module decides is the pipeline's business; here a verdict becomes calls to the proxy. Three rules
//! hold throughout:
//!
//! - **Every status is a value.** The SDK panics on statuses that it does not expect, and a panic takes the
//!   worker's whole VM down; `abi`, the one place with `unsafe`, returns them instead.
//! - **One performer.** `perform` is the only file that edits, replies or lets go on, and whatever it cannot
//!   perform ends in a refusal or in silence, never in a forwarded request.
//! - **Every wait is bounded** in time and in number, and holds the body and the trailers as well.
//!
//! A module is one line: `host::module!(host::Chain::Whole, jwt::Jwt, authz::Authz);`

#[cfg(target_family = "wasm")]
mod abi;
#[cfg(target_family = "wasm")]
mod callouts;
#[cfg(target_family = "wasm")]
mod connection;
#[cfg(target_family = "wasm")]
mod crypto;
#[cfg(any(target_family = "wasm", test))]
mod drawn;
#[cfg(any(target_family = "wasm", test))]
mod lateness;
#[cfg(target_family = "wasm")]
mod metrics;
#[cfg(any(target_family = "wasm", test))]
mod named_metrics;
#[cfg(target_family = "wasm")]
mod pace;
#[cfg(target_family = "wasm")]
mod perform;
#[cfg(target_family = "wasm")]
mod plugin;
#[cfg(target_family = "wasm")]
mod questions;
#[cfg(target_family = "wasm")]
mod root;
#[cfg(any(target_family = "wasm", test))]
mod sampler;
#[cfg(target_family = "wasm")]
mod stopwatch;
#[cfg(target_family = "wasm")]
mod stream;
#[cfg(target_family = "wasm")]
mod surroundings;
#[cfg(target_family = "wasm")]
mod waiting;
#[cfg(any(target_family = "wasm", test))]
mod wire;

pub use contract::StageKind;
pub use pipeline::Chain;

#[cfg(target_family = "wasm")]
pub use proxy_wasm as sdk;
#[cfg(target_family = "wasm")]
pub use root::root;

/// Make the module that links these kinds of stage. On other targets than wasm it is empty, so that a
/// module's crate builds wherever the workspace does.
#[macro_export]
macro_rules! module {
    ($chain:expr, $($kind:expr),+ $(,)?) => {
        #[cfg(target_family = "wasm")]
        mod entry {
            $crate::sdk::main! {{
                const KINDS: &[&dyn $crate::StageKind] = &[$(&$kind),+];
                $crate::sdk::set_root_context(|context| $crate::root(context, $chain, KINDS));
            }}
        }
        #[cfg(not(target_family = "wasm"))]
        const _: (&[&dyn $crate::StageKind], $crate::Chain) = (&[$(&$kind),+], $chain);
    };
}

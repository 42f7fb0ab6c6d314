//! See `properties/src/sidecar.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::sidecar(data));

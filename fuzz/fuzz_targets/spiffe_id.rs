//! See `properties/src/spiffe_id.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::spiffe_id(data));

//! See `properties/src/bundle.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::bundle(data));

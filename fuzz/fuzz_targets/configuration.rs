//! See `properties/src/configuration.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::configuration(data));

//! See `properties/src/key_set.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::key_set(data));

//! See `properties/src/claims.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::claims(data));

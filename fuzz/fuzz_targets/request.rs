//! See `properties/src/request.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::request(data));

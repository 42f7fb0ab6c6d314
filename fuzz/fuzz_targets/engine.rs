//! See `properties/src/engine.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::engine(data));

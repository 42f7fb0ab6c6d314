//! See `properties/src/memory.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::memory(data));

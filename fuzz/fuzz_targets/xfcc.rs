//! See `properties/src/xfcc.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::xfcc(data));

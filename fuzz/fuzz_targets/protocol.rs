//! Any bytes as a protocol file: a protocol that is written and read back as itself, or mistakes
//! that can be printed; never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use weir_sim::protocol::{MISTAKES_REPORTED, Protocol};

fuzz_target!(|bytes: &[u8]| {
    match Protocol::parse_bytes("fuzz.yaml", bytes) {
        Ok(parsed) => {
            let text = parsed.protocol.to_yaml();
            let again = Protocol::parse("canonical", &text).expect("what is written can be read");
            assert_eq!(again.protocol, parsed.protocol);
        }
        Err(mistakes) => {
            assert!((1..=MISTAKES_REPORTED).contains(&mistakes.mistakes.len()));
            assert!(mistakes.to_string().chars().all(|c| c == '\n' || !c.is_control()));
        }
    }
});

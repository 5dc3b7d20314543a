//! The protocols that come with weir.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::Path;

use weir_sim::protocol::{Drug, Protocol};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

#[test]
fn every_file_of_the_folder_is_shipped_and_no_other() {
    let files: BTreeSet<String> = std::fs::read_dir(root().join("protocols"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let shipped: Vec<String> = Protocol::shipped()
        .iter()
        .map(|shipped| format!("{}.yaml", shipped.id))
        .collect();
    assert!(shipped.len() >= 9);
    assert!(Protocol::shipped().is_sorted_by_key(|shipped| shipped.id));
    assert_eq!(files, shipped.into_iter().collect());
}

#[test]
fn each_is_read_without_mistake_or_warning() {
    for shipped in Protocol::shipped() {
        let parsed = Protocol::parse(shipped.id, shipped.text)
            .unwrap_or_else(|mistakes| panic!("{}: {mistakes}", shipped.id));
        assert!(
            parsed.warnings.is_empty(),
            "{}: {:?}",
            shipped.id,
            parsed.warnings
        );
        assert_eq!(Protocol::shipped_by_id(shipped.id), Some(shipped));
    }
    assert_eq!(Protocol::shipped_by_id("aflibercept"), None);
}

#[test]
fn no_two_are_the_same() {
    let digests: BTreeSet<String> = Protocol::shipped()
        .iter()
        .map(|shipped| {
            Protocol::parse(shipped.id, shipped.text)
                .unwrap()
                .protocol
                .digest()
        })
        .collect();
    assert_eq!(digests.len(), Protocol::shipped().len());
}

#[test]
fn the_canonical_text_is_read_back_as_the_same_protocol() {
    for shipped in Protocol::shipped() {
        let protocol = Protocol::parse(shipped.id, shipped.text).unwrap().protocol;
        let text = protocol.to_yaml();
        let again = Protocol::parse("canonical", &text)
            .unwrap_or_else(|mistakes| panic!("{}: {mistakes}\n{text}", shipped.id));
        assert_eq!(again.protocol, protocol, "{}", shipped.id);
        assert_eq!(again.protocol.to_yaml(), text);
        assert_eq!(protocol.digest().len(), 64);
    }
}

#[test]
fn the_drugs_of_a_protocol_are_those_it_can_give() {
    let drugs = |id: &str| {
        let shipped = Protocol::shipped_by_id(id).unwrap();
        Protocol::parse(id, shipped.text).unwrap().protocol.drugs()
    };
    assert_eq!(drugs("untreated"), []);
    assert_eq!(drugs("faricimab-assigned"), [Drug::Faricimab]);
}

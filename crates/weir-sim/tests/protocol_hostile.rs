//! Whatever is in a file, the reader ends with a protocol or with mistakes, never with a panic.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use weir_sim::protocol::{MAX_BYTES, MISTAKES_REPORTED, Protocol};

/// Reads the bytes and checks what holds for every outcome.
fn survives(bytes: &[u8]) {
    match Protocol::parse_bytes("hostile.yaml", bytes) {
        Ok(parsed) => {
            let text = parsed.protocol.to_yaml();
            let again =
                Protocol::parse("canonical", &text).unwrap_or_else(|m| panic!("{m}\n{text}"));
            assert_eq!(again.protocol, parsed.protocol);
        }
        Err(mistakes) => {
            assert!((1..=MISTAKES_REPORTED).contains(&mistakes.mistakes.len()));
            let lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).count();
            for mistake in &mistakes.mistakes {
                assert!((1..=lines).contains(&mistake.line), "{mistake:?}");
                assert!(
                    mistake.column >= 1 && mistake.end_column > mistake.column,
                    "{mistake:?}"
                );
                assert!(!mistake.message.is_empty() && !mistake.remedy.is_empty());
                assert!(mistake.source_line.chars().all(|c| !c.is_control()));
                assert!(
                    mistake.message.len() + mistake.remedy.len() < 4000,
                    "{mistake:?}"
                );
            }
            assert!(mistakes.to_string().len() < 400_000);
        }
    }
}

/// A piece that means something to a YAML reader.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "\n",
        "\t",
        "  ",
        ": ",
        "- ",
        "? ",
        "&a ",
        "*a",
        "!!int ",
        "!<",
        "<<: ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "\"",
        "'",
        "|\n",
        ">-\n",
        "#",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "%TAG ! x\n",
        "\u{feff}",
        "null",
        "~",
        "yes",
        ".nan",
        "-.inf",
        "1e400",
        "-1",
        "0x1F",
        "99999999999999999999",
        "0.0",
        "é",
        "kind: ",
        "preset: ",
        "prn",
        "untreated",
        "weir: protocol/1\n",
        "\\",
        "\"\\x",
        "\r\n",
        "\u{0}",
    ])
}

#[derive(Debug, Clone)]
enum Edit {
    Insert(prop::sample::Index, &'static str),
    Remove(prop::sample::Index, usize),
    Byte(prop::sample::Index, u8),
    Repeat(prop::sample::Index, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), piece()).prop_map(|(at, piece)| Edit::Insert(at, piece)),
        (at(), 1_usize..40).prop_map(|(at, length)| Edit::Remove(at, length)),
        (at(), any::<u8>()).prop_map(|(at, byte)| Edit::Byte(at, byte)),
        (at(), 1_usize..200).prop_map(|(at, length)| Edit::Repeat(at, length)),
    ]
}

fn apply(bytes: &mut Vec<u8>, edit: &Edit) {
    if bytes.is_empty() {
        return;
    }
    match edit {
        Edit::Insert(at, piece) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, piece.bytes());
        }
        Edit::Remove(at, length) => {
            let at = at.index(bytes.len());
            bytes.drain(at..(at + length).min(bytes.len()));
        }
        Edit::Byte(at, byte) => {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        Edit::Repeat(at, length) => {
            let at = at.index(bytes.len());
            let copy = bytes[at..(at + length).min(bytes.len())].to_vec();
            bytes.splice(at..at, copy);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        survives(&bytes);
    }

    #[test]
    fn any_pieces_of_yaml(pieces in prop::collection::vec(piece(), 0..60)) {
        survives(pieces.concat().as_bytes());
    }

    #[test]
    fn shipped_files_with_edits(
        file in any::<prop::sample::Index>(),
        edits in prop::collection::vec(edit(), 1..8),
    ) {
        let mut bytes = Protocol::shipped()[file.index(Protocol::shipped().len())].text.as_bytes().to_vec();
        for edit in &edits {
            apply(&mut bytes, edit);
        }
        survives(&bytes);
    }

    #[test]
    fn shipped_files_with_lines_in_another_order(
        file in any::<prop::sample::Index>(),
        from in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
    ) {
        let text = Protocol::shipped()[file.index(Protocol::shipped().len())].text;
        let mut lines: Vec<&str> = text.lines().collect();
        let line = lines.remove(from.index(lines.len()));
        lines.insert(to.index(lines.len()), line);
        survives(lines.join("\n").as_bytes());
    }
}

/// The largest file there may be, in the shapes that cost a careless reader most.
#[test]
fn largest_files() {
    let fill = |unit: &str| unit.repeat(MAX_BYTES / unit.len());
    for text in [
        fill("["),
        fill("{a: "),
        fill("- "),
        fill("? "),
        fill("a: 1\n"),
        fill("\"a\": [1, {b: 2}]\n"),
        format!("k: {}", fill("x")[8..].to_owned()),
        format!("? {}", fill("y")[8..].to_owned()),
        format!("x: [{}]", fill("1,")[8..].to_owned()),
        format!(
            "weir: protocol/1\nsources: [{}]",
            fill("a,")[40..].to_owned()
        ),
        fill("\n"),
        fill("#"),
        fill("\u{e9}"),
        (0..80_000)
            .map(|index| format!("k{index}: 1\n"))
            .collect::<String>(),
    ] {
        assert!(text.len() <= MAX_BYTES);
        survives(text.as_bytes());
    }
}

/// Inputs that once failed.
#[test]
fn inputs_that_once_failed() {
    for bytes in [
        &b""[..],
        b"\xef\xbb\xbf",
        b"\n\n",
        b"...",
        b"---",
        b"--- ---",
        b"\0",
        b"{",
        b"*a",
        b"&a",
    ] {
        survives(bytes);
    }
}

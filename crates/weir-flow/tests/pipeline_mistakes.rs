//! Every mistake of a pipeline file is told with its place, its code and what to write instead.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use proptest::prelude::*;
use weir_flow::PipelineFile;
use weir_yaml::{MISTAKES_REPORTED, Mistakes};

const GOOD: &str = "\
weir: flow/1
name: quotes-and-bars
description: ticks to bars
sources:
  trades:
    kind: csv
    path: trades.csv
    order_by: ts
    sorted: true
    types:
      size: int64
  quotes:
    kind: store
    store: market
    key: quotes
steps:
  liquid:
    kind: filter
    from: trades
    where: [size >= 100, symbol != X]
    hold:
      bytes: 8MiB
  priced:
    kind: asof
    left: liquid
    right: quotes
    on: [symbol]
    tolerance: 60s
  sides:
    kind: split
    from: priced
    ways:
      buys: side = B
    otherwise: rest
  bars:
    kind: bars
    from: sides.buys
    keys: [symbol]
    columns:
      open: first price
      trades: count
    resolutions:
      hourly: {period: 1h}
      daily:
        period: 1D
sinks:
  hourly: {kind: store, store: out, key: hourly, from: bars.hourly}
  daily:
    kind: parquet
    path: daily.parquet
    from: bars.daily
  rest:
    kind: stdout
    from: sides.rest
";

/// What to replace, by what (the place of the mistake marked by §), the code, the path, a part of the remedy.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const CASES: &[Case] = &[
    ("weir: flow/1", "weir: §stream/1", "W0229", "weir", "flow/1"),
    (
        "weir: flow/1",
        "weir: §flow/2",
        "W0230",
        "weir",
        "newer weir",
    ),
    ("name: quotes-and-bars\n", "§", "W0212", "name", "add name"),
    (
        "name: quotes-and-bars",
        "name: §my pipeline",
        "W0413",
        "name",
        "letters, digits",
    ),
    (
        "description: ticks",
        "§descripton: ticks",
        "W0210",
        "descripton",
        "description",
    ),
    (
        "    kind: csv\n",
        "    kind: §cvs\n",
        "W0222",
        "sources.trades.kind",
        "csv",
    ),
    (
        "    kind: asof",
        "    kind: §aggregate_by",
        "W0222",
        "steps.priced.kind",
        "one of filter",
    ),
    (
        "    kind: bars",
        "    kind: §resample",
        "W0222",
        "steps.bars.kind",
        "bars",
    ),
    (
        "    path: trades.csv",
        "    §file: trades.csv",
        "W0210",
        "sources.trades.file",
        "remove it",
    ),
    (
        "    order_by: ts\n",
        "    §period: ts\n",
        "W0233",
        "sources.trades.period",
        "move it to",
    ),
    (
        "    order_by: ts\n",
        "",
        "W0417",
        "sources.trades.sorted",
        "order_by",
    ),
    (
        "sorted: true",
        "sorted: §yes",
        "W0218",
        "sources.trades.sorted",
        "write true",
    ),
    (
        "size: int64",
        "size: §integer",
        "W0238",
        "sources.trades.types.size",
        "int64",
    ),
    (
        "    key: quotes\n",
        "    key: quotes\n    §sorted: true\n",
        "W0231",
        "sources.quotes.sorted",
        "kind: parquet",
    ),
    (
        "    key: quotes\n",
        "",
        "W0212",
        "sources.quotes.key",
        "add key",
    ),
    (
        "    from: trades\n",
        "    from: §trade\n",
        "W0411",
        "steps.liquid.from",
        "trades",
    ),
    (
        "    from: trades\n",
        "    from: §zebra\n",
        "W0411",
        "steps.liquid.from",
        "one of",
    ),
    (
        "    from: trades\n",
        "    from: §trades.x\n",
        "W0416",
        "steps.liquid.from",
        "trades",
    ),
    (
        "[size >= 100, symbol != X]",
        "[§size >= 100 and symbol != X]",
        "W0238",
        "steps.liquid.where[0]",
        "item of its own",
    ),
    (
        "[size >= 100, symbol != X]",
        "[§size]",
        "W0238",
        "steps.liquid.where[0]",
        "write column",
    ),
    (
        "[size >= 100, symbol != X]",
        "§size >= 100",
        "W0213",
        "steps.liquid.where",
        "write where: [size >= 100]",
    ),
    (
        "    where: [size >= 100, symbol != X]",
        "    §where: []",
        "W0228",
        "steps.liquid.where",
        "add",
    ),
    (
        "bytes: 8MiB",
        "bytes: §8",
        "W0238",
        "steps.liquid.hold.bytes",
        "64MiB",
    ),
    (
        "bytes: 8MiB",
        "bytes: §0MiB",
        "W0238",
        "steps.liquid.hold.bytes",
        "64MiB",
    ),
    (
        "bytes: 8MiB",
        "arrivals: §0",
        "W0220",
        "steps.liquid.hold.arrivals",
        "from 1",
    ),
    (
        "bytes: 8MiB",
        "rows: §1.5",
        "W0221",
        "steps.liquid.hold.rows",
        "whole number",
    ),
    (
        "tolerance: 60s",
        "tolerance: §1 minute",
        "W0238",
        "steps.priced.tolerance",
        "1min",
    ),
    (
        "tolerance: 60s",
        "direction: §backwards",
        "W0222",
        "steps.priced.direction",
        "backward",
    ),
    (
        "    right: quotes",
        "    right: §liquid",
        "W0420",
        "steps.priced.right",
        "other rows",
    ),
    (
        "on: [symbol]",
        "on: [§symbol = ticker = x]",
        "W0238",
        "steps.priced.on[0]",
        "left = right",
    ),
    (
        "otherwise: rest",
        "otherwise: §buys",
        "W0412",
        "steps.sides.otherwise",
        "name of its own",
    ),
    (
        "    from: sides.buys\n",
        "    from: §sides\n",
        "W0416",
        "steps.bars.from",
        "sides.buys",
    ),
    (
        "    from: sides.buys\n",
        "    from: §sides.buy\n",
        "W0416",
        "steps.bars.from",
        "sides.buys",
    ),
    (
        "    from: priced\n",
        "    from: §sides.rest\n",
        "W0414",
        "steps.sides.from",
        "whose rows",
    ),
    (
        "first price",
        "§open price",
        "W0238",
        "steps.bars.columns.open",
        "first price",
    ),
    (
        "first price",
        "§first",
        "W0421",
        "steps.bars.columns.open",
        "first price",
    ),
    (
        "first price",
        "§sum(price)",
        "W0238",
        "steps.bars.columns.open",
        "without brackets",
    ),
    (
        "      trades: count",
        "      symbol: §count",
        "W0419",
        "steps.bars.columns.symbol",
        "another name",
    ),
    (
        "{period: 1h}",
        "{period: §1m}",
        "W0238",
        "steps.bars.resolutions.hourly.period",
        "min for minutes",
    ),
    (
        "        period: 1D",
        "        period: 1D\n        rows: §10",
        "W0418",
        "steps.bars.resolutions.daily.rows",
        "remove one",
    ),
    (
        "        period: 1D",
        "        rows: 10\n        zone: §UTC",
        "W0418",
        "steps.bars.resolutions.daily.zone",
        "remove zone",
    ),
    (
        "from: bars.daily",
        "from: §bars.dayly",
        "W0416",
        "sinks.daily.from",
        "bars.daily",
    ),
    (
        "  rest:\n    kind: stdout\n    from: sides.rest\n",
        "",
        "W0415",
        "steps.sides",
        "sink with from: sides.rest",
    ),
    (
        "  rest:\n    kind: stdout",
        "  §liquid:\n    kind: stdout",
        "W0412",
        "sinks.liquid",
        "name of its own",
    ),
    (
        "path: daily.parquet",
        "path: §trades.csv",
        "W0420",
        "sinks.daily",
        "somewhere else",
    ),
    (
        "  quotes:\n    kind: store\n    store: market\n    key: quotes\n",
        "  quotes: §parquet\n",
        "W0213",
        "sources.quotes",
        "indented",
    ),
    (
        "sinks:\n",
        "sinks:\n  §hourly: {kind: stdout, from: trades}\n",
        "W0211",
        "sinks.hourly",
        "keep one",
    ),
    (
        "key: hourly,",
        "key: hourly, row_group: §1M,",
        "W0238",
        "sinks.hourly.row_group",
        "1MS",
    ),
    (
        "keys: [symbol]",
        "keys: §&k [symbol]",
        "W0207",
        "steps.bars.keys",
        "remove",
    ),
    (
        "steps:\n  liquid:",
        "steps:\n§\tliquid:",
        "W0205",
        "",
        "two spaces",
    ),
];

fn mistakes(text: &str) -> Mistakes {
    match PipelineFile::parse("p.yaml", text) {
        Ok(_) => panic!("no mistake in\n{text}"),
        Err(mistakes) => mistakes,
    }
}

#[test]
fn the_file_without_mistakes_has_none() {
    let (file, warnings) = PipelineFile::parse("p.yaml", GOOD).unwrap_or_else(|m| panic!("{m}"));
    assert_eq!(file.name(), "quotes-and-bars");
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn each_has_its_place_code_path_and_remedy() {
    let mut failures = String::new();
    for (old, new, code, path, remedy) in CASES {
        assert_eq!(GOOD.matches(old).count(), 1, "{old}");
        let marked = GOOD.replace(old, new);
        let text = marked.replace('§', "");
        let found = mistakes(&text);
        let of_code = |mistake: &&weir_yaml::Mistake| mistake.code.as_str() == *code;
        let mistake = found
            .mistakes
            .iter()
            .find(of_code)
            .unwrap_or(&found.mistakes[0]);
        let place = marked.find('§').map(|at| {
            let before = &marked[..at];
            (
                before.matches('\n').count() + 1,
                before.rsplit('\n').next().unwrap().chars().count() + 1,
            )
        });
        // What is missing is reported at what lacks it, what is at odds at the first of the two.
        let placed = ["W0212", "W0415", "W0420", "W0211", "W0417"].contains(code)
            || place.is_none_or(|place| place == (mistake.line, mistake.column));
        if !placed
            || mistake.code.as_str() != *code
            || mistake.path != *path
            || !mistake.remedy.contains(remedy)
        {
            failures.push_str(&format!(
                "{new:?}: expected {code} {path} at {place:?} … {remedy:?}, got\n{found}\n\n"
            ));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn at_least_twenty_five_differ_in_kind() {
    let kinds: BTreeSet<(String, String)> = CASES
        .iter()
        .map(|(old, new, ..)| {
            let found = mistakes(&GOOD.replace(old, &new.replace('§', "")));
            let mistake = &found.mistakes[0];
            let leaf = mistake.path.rsplit('.').next().unwrap().to_owned();
            (mistake.code.to_string(), leaf)
        })
        .collect();
    assert!(kinds.len() >= 35, "{}", kinds.len());
    let codes: BTreeSet<_> = kinds.iter().map(|(code, _)| code).collect();
    assert!(codes.len() >= 20, "{codes:?}");
}

#[test]
fn a_circle_is_told_as_it_goes_round() {
    let text = GOOD.replace("    from: trades\n", "    from: twice\n") + "";
    let text = text.replace("  priced:\n", "  twice: {kind: union, from: [trades, thrice]}\n  thrice: {kind: buffer, from: liquid}\n  priced:\n");
    let found = mistakes(&text);
    assert_eq!(found.mistakes[0].code.as_str(), "W0414", "{found}");
    assert!(found.mistakes[0].message.contains("→"), "{found}");
}

#[test]
fn warnings_say_what_is_probably_not_meant() {
    let text = GOOD.replace("    hold:\n      bytes: 8MiB\n", "    accumulate: false\n");
    let (_, warnings) = PipelineFile::parse("p.yaml", &text).unwrap();
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].path, "steps.liquid.accumulate");
}

/// Reads the bytes and checks what holds for every outcome.
fn survives(bytes: &[u8]) {
    let Err(mistakes) = PipelineFile::parse_bytes("hostile.yaml", bytes) else {
        return;
    };
    assert!((1..=MISTAKES_REPORTED).contains(&mistakes.mistakes.len()));
    let lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).count();
    for mistake in &mistakes.mistakes {
        assert!((1..=lines).contains(&mistake.line), "{mistake:?}");
        assert!(mistake.column >= 1 && mistake.end_column > mistake.column);
        assert!(
            !mistake.message.is_empty() && !mistake.remedy.is_empty(),
            "{mistake:?}"
        );
        assert!(
            !mistake.message.contains('\n') && mistake.message.len() < 4000,
            "{mistake:?}"
        );
        let said = format!(
            "{}{}{}",
            mistake.message, mistake.remedy, mistake.source_line
        );
        assert!(!said.chars().any(char::is_control), "{mistake:?}");
    }
}

/// Names that the file itself defines are offered as remedies, so they may hold anything.
#[test]
fn a_name_that_is_offered_is_printable() {
    let text = GOOD.replace("buys: side", "\"buT-\\x01\": side");
    assert_ne!(text, GOOD);
    survives(text.as_bytes());
    let mistakes = PipelineFile::parse("p.yaml", &text).unwrap_err();
    assert!(
        mistakes
            .mistakes
            .iter()
            .any(|mistake| mistake.remedy.contains("buT-\u{b7}")),
        "{mistakes}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        survives(&bytes);
    }

    #[test]
    fn the_file_with_edits(edits in proptest::collection::vec((0usize..2000, 0usize..40, "[ -~\n\t§\u{1}é]{0,12}"), 1..6)) {
        let mut text: Vec<char> = GOOD.chars().collect();
        for (at, remove, insert) in edits {
            let at = at % (text.len() + 1);
            let end = (at + remove).min(text.len());
            text.splice(at..end, insert.chars());
        }
        survives(text.into_iter().collect::<String>().as_bytes());
    }

    #[test]
    fn the_file_with_lines_in_another_order(order in Just((0..GOOD.lines().count()).collect::<Vec<_>>()).prop_shuffle()) {
        let lines: Vec<&str> = GOOD.lines().collect();
        let text: Vec<&str> = order.iter().map(|line| lines[*line]).collect();
        survives(text.join("\n").as_bytes());
    }

    #[test]
    fn values_swapped_between_keys(a in 0usize..60, b in 0usize..60) {
        let mut lines: Vec<String> = GOOD.lines().map(str::to_owned).collect();
        let (a, b) = (a % lines.len(), b % lines.len());
        if let (Some((ka, va)), Some((kb, vb))) = (lines[a].clone().split_once(':'), lines[b].clone().split_once(':')) {
            lines[a] = format!("{ka}:{vb}");
            lines[b] = format!("{kb}:{va}");
        }
        survives(lines.join("\n").as_bytes());
    }
}

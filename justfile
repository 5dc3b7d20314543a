# Short names for what is done often. CI runs `.ci/run`, which is `lint` and `test`.

# What there is.
default:
    @just --list

# Does it compile, tests included?
check:
    cargo check --workspace --all-targets

# The tests, as CI runs them.
test:
    cargo test --workspace

# With the long ones: hundreds of kills, millions of patients.
test-long:
    cargo test --workspace --release -- --include-ignored

# Format and lints, as CI asks for them.
lint:
    .ci/lint

# Licences, advisories and double versions (needs cargo-deny).
audit:
    cargo deny check

# The figures of the README.
bench:
    bench/run

# Streams and store beside Polars, DuckDB and DataFusion.
bench-streams *options:
    bench/streams {{options}}

# Random input for everything that reads what people wrote, many more cases than in the tests.
fuzz cases="100000":
    PROPTEST_CASES={{cases}} cargo test --workspace --release -- hostile fuzz

# A run with no data and no network, and a report to open.
demo:
    cargo run --release --bin weir -- demo

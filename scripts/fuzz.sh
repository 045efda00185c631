#!/usr/bin/env bash
# `make fuzz`: each fuzz target for FUZZ_SECONDS (60), with what it found before as its start.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "needs \`cargo install cargo-fuzz\` and a nightly toolchain" >&2
    exit 1
fi
seconds="${FUZZ_SECONDS:-60}"
for target in $(cargo +nightly fuzz --fuzz-dir crates/exchange/fuzz list); do
    echo "fuzz $target for $seconds s"
    cargo +nightly fuzz --fuzz-dir crates/exchange/fuzz run "$target" -- -max_total_time="$seconds" -rss_limit_mb=1024 -print_final_stats=1
done

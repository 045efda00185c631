#!/usr/bin/env bash
# `make fuzz`: each fuzz target for FUZZ_SECONDS (60), from its seeds and from what it found before.
set -euo pipefail
cd "$(dirname "$0")/../crates/exchange/fuzz"

if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "needs \`cargo install cargo-fuzz\` and a nightly toolchain" >&2
    exit 1
fi
seconds="${FUZZ_SECONDS:-60}"
for target in $(cargo +nightly fuzz list --fuzz-dir .); do
    echo "fuzz $target for $seconds s"
    mkdir -p "corpus/$target"
    cargo +nightly fuzz run --fuzz-dir . "$target" "corpus/$target" "seeds/$target" -- \
        -max_total_time="$seconds" -rss_limit_mb=1024 -print_final_stats=1
done

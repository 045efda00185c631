#!/usr/bin/env bash
# `make ship-demo`: builds raallyctl and three versions of raally, then rehearses two good releases and a bad one.
# A, B and C differ in their build name only. They are built anew when a source has changed.
set -euo pipefail
cd "$(dirname "$0")/.."

target="${CARGO_TARGET_DIR:-target}"
versions="$target/ship-versions"
mkdir -p "$versions"
if [ ! -e "$versions/done" ] || [ -n "$(find crates Cargo.toml Cargo.lock -newer "$versions/done" \( -name '*.rs' -o -name '*.toml' -o -name '*.lock' \) -not -path 'crates/ops/*' -not -path 'crates/gateway/*' -not -path 'crates/analysis/*' -print -quit)" ]; then
    rm -f "$versions/done"
    for version in a b c; do
        RAALLY_BUILD="demo-$version" cargo build --locked --package raally-server
        cp "$target/debug/raally" "$versions/raally-$version"
    done
    touch "$versions/done"
fi
cargo build --locked --package raally-ops
exec "$target/debug/raallyctl" ship-demo --out "$target/ship-demo" "$@" \
    --versions "$versions/raally-a" "$versions/raally-b" "$versions/raally-c"

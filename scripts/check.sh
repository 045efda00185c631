#!/usr/bin/env bash
# `make check`: what a review would say first. Stops at the first fault.
set -euo pipefail
cd "$(dirname "$0")/.."

optional() { # COMMAND: is it there? Says so if not.
    command -v "$1" >/dev/null && return
    echo "skip: $1 is not installed"
    [ "${CI:-}" != true ] || exit 1
    return 1
}

cargo fmt --all --check
cargo clippy --workspace --all-targets --locked -- -D warnings
if optional cargo-deny; then
    cargo deny --locked check bans licenses sources
    if cargo deny --locked fetch db 2>/dev/null; then
        cargo deny --locked check --disable-fetch advisories
    else
        echo "skip: the advisory database can't be fetched"
        [ "${CI:-}" != true ]
    fi
fi
if optional shellcheck; then shellcheck scripts/*.sh .ci/run; fi
python3 scripts/holidays.py --check
cargo xtask check
if [ -f web/package.json ] && optional npm; then npm --prefix web run check; fi

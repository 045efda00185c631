#!/usr/bin/env bash
# `make run`: builds what ships, and serves it with its data in ./data.
set -euo pipefail
cd "$(dirname "$0")/.."

# The web app first, because the server carries it inside; without npm there is a built-in page.
if [ -f web/package.json ]; then
    if command -v npm >/dev/null; then
        [ web/node_modules -nt web/package-lock.json ] || npm --prefix web ci
        npm --prefix web run build
    else
        echo "npm is not here: Raally is built without its web app" >&2
    fi
fi

cargo build --release --locked --package raally-server
export RAALLY_DATA_DIR="${RAALLY_DATA_DIR:-./data}"
exec "${CARGO_TARGET_DIR:-target}/release/raally" serve "$@"

#!/usr/bin/env bash
# `make run`: builds what ships, and serves it with its data in ./data.
set -euo pipefail
cd "$(dirname "$0")/.."

build=(cargo build --release --locked --package raally-server)

# The server carries the web app inside: it is built last, what it stands on beside npm. Without npm there is a built-in page.
if ! command -v npm >/dev/null; then
    echo "npm is not here: Raally is built without its web app" >&2
elif [ -f web/package.json ]; then
    "${build[@]}" --lib &
    below=$!
    trap 'kill "$below"' ERR
    [ web/node_modules -nt web/package-lock.json ] || npm --prefix web ci
    npm --prefix web run build
    wait "$below"
    trap - ERR
fi

"${build[@]}"
export RAALLY_DATA_DIR="${RAALLY_DATA_DIR:-./data}"
exec "${CARGO_TARGET_DIR:-target}/release/raally" serve "$@"

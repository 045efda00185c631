#!/usr/bin/env bash
# pipeline.sh [OPTIONS]: `raallyctl pipeline run` with the tool built from here: what workflows and Jenkins call.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet --locked --package raally-ops
exec "${CARGO_TARGET_DIR:-target}/debug/raallyctl" pipeline run "$@"

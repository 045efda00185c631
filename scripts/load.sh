#!/usr/bin/env bash
# load.sh [smoke|load|stress|soak] [k6 options]: runs deploy/load against LOAD_URL, as LOAD_EMAIL with LOAD_PASSWORD in
# LOAD_WORKSPACE; without LOAD_URL against a server of its own with the demo company. Ends with 99 when a limit is broken,
# with 75 when k6 is not here.
set -euo pipefail
cd "$(dirname "$0")/.."
kind="${1:-smoke}"
target="${CARGO_TARGET_DIR:-target}"
k6="${RAALLY_TOOLS:-$target/tools}/bin/k6"
[ -x "$k6" ] || k6=$(command -v k6) || {
    echo "not run: k6 is not installed; scripts/deploy-check.sh tools builds it, with go" | tee "${STAGE_SUMMARY:-/dev/null}"
    exit 75
}
if [ -z "${LOAD_URL:-}" ]; then
    raally="${RAALLY_BIN:-$target/release/raally}"
    folder=$(mktemp --directory)
    server=
    trap '[ -z "$server" ] || { kill "$server" && wait "$server" || true; }; rm -rf "$folder"' EXIT
    # The server reads every RAALLY_ option, and knows these not.
    unset RAALLY_TOOLS RAALLY_BIN
    export RAALLY_DATA_DIR="$folder/data" RAALLY_RATE_LIMIT=off RAALLY_LISTEN=127.0.0.1:0 RAALLY_LOG_FORMAT=json
    "$raally" demo --json >"$folder/demo.json"
    "$raally" serve >"$folder/log" 2>&1 &
    server=$!
    address=
    until [ -n "$address" ] && curl --fail --silent --output /dev/null "http://$address/ready"; do
        kill -0 "$server" 2>/dev/null || { cat "$folder/log"; exit 1; }
        address=$(sed -n 's/.*"address":"\([^"]*\)".*/\1/p' "$folder/log" | head -n 1)
        sleep 0.1
    done
    of_demo() { python3 -c "import json, sys; print(json.load(open(sys.argv[1]))$1)" "$folder/demo.json"; }
    LOAD_URL="http://$address" LOAD_WORKSPACE=$(of_demo "['workspaceId']")
    LOAD_EMAIL=$(of_demo "['logins'][0]['email']") LOAD_PASSWORD=$(of_demo "['logins'][0]['password']")
    export LOAD_URL LOAD_WORKSPACE LOAD_EMAIL LOAD_PASSWORD
fi
"$k6" run --quiet --no-usage-report "${@:2}" "deploy/load/$kind.js"

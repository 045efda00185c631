#!/usr/bin/env bash
# `make test`: every test, each part even if one before it failed, and the sum at the end.
set -euo pipefail
cd "$(dirname "$0")/.."

target="${CARGO_TARGET_DIR:-target}"
log="$target/test.log"
mkdir -p "$target"
: >"$log"
failed=()
took=()
part() { # NAME COMMAND...
    local name=$1 began=$SECONDS
    shift
    "$@" </dev/null 2>&1 | tee -a "$log" || failed+=("$name")
    took+=("$(printf '%4d s  %s' $((SECONDS - began)) "$name")")
}

scripts/test-needs.sh
# What Go and Python bring is needed late: it goes on beside all that waits for a registry or one core.
{ nice scripts/kube-tools.sh && nice scripts/deploy-check.sh tools; } >"$target/tools.log" 2>&1 </dev/null &
tools=$!
web=false
if [ -f web/package.json ] && command -v npm >/dev/null; then
    web=true
    [ web/node_modules -nt web/package-lock.json ] || part "npm ci" npm --prefix web ci --no-audit --no-fund
    # Before the server, which carries it inside.
    part "web build" npm --prefix web run build
fi
part "test build" cargo test --workspace --locked --no-run
wait "$tools" || failed+=("tools")
cat "$target/tools.log"
part "cargo test" cargo test --workspace --locked --no-fail-fast
# Once more by command: now the built `raally` can say what its options are.
part "cargo xtask check" cargo xtask check
part "holiday data" python3 scripts/holidays.py --check
# After the build: it starts the server.
part "deploy check" scripts/deploy-check.sh
if [ -n "${SOAK:-}" ]; then
    # 30 real releases of identical versions and 30 of bad ones; takes half an hour. A row of today's page is added.
    part "real releases" cargo run --quiet --locked --package raally-ops --example releases -- --rounds "${RELEASES:-30}" \
        --tool "$target/debug/raallyctl" --raally "$target/debug/raally" --json "bench/results/releases-$(date +%F).json"
fi
if command -v shellcheck >/dev/null; then
    part "shellcheck" shellcheck scripts/*.sh .ci/run
fi
if [ "$web" = true ]; then
    part "web check" npm --prefix web run check
    part "web tests" npm --prefix web test
    if command -v chromium >/dev/null; then
        part "web journeys" env RAALLY_BIN="$(realpath "$target")/debug/raally" npm --prefix web run e2e -- --retries=2
    else
        echo "skip: chromium is not on this machine; the web journeys do not run"
    fi
fi

printf '%s\n' "${took[@]}"
for name in "${failed[@]}"; do
    echo "FAILED: $name"
done
awk '/^test result: / { passed += $4; failed += $6 }
     /^[0-9]+ passed, [0-9]+ failed$/ { passed += $1; failed += $3 }
     END { printf "%d passed, %d failed\n", passed, failed }' "$log"
[ ${#failed[@]} -eq 0 ]

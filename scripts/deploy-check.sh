#!/usr/bin/env bash
# Renders and validates everything under deploy/. Part of `make test`; needs a built `raally`.
#   scripts/deploy-check.sh               all
#   scripts/deploy-check.sh prometheus    these modules of deploy/tests only
#   scripts/deploy-check.sh tools         installs the tools, no more
# Tools that the machine lacks are installed into target/tools (RAALLY_TOOLS) when their registry can be reached; what is
# still missing is a printed skip, and a failure where CI=true (docs/decisions/0015-manifests.md names the exceptions).
set -euo pipefail
cd "$(dirname "$0")/.."

tools="${RAALLY_TOOLS:-${CARGO_TARGET_DIR:-target}/tools}"
mkdir -p "$tools/bin"
tools=$(realpath "$tools")
export RAALLY_TOOLS="$tools"
log="$tools/install.log"

python_tools() {
    [ "$tools/venv/installed" -nt deploy/tools/constraints.gen.txt ] && return
    echo "installing the checks' Python tools"
    rm -f "$tools/venv/installed"
    python3 -m venv --clear "$tools/venv" &&
        "$tools/venv/bin/pip" install --quiet --requirement deploy/tools/requirements.txt --constraint deploy/tools/constraints.gen.txt &&
        touch "$tools/venv/installed"
}

go_tool() { # NAME PACKAGE@VERSION
    [ -x "$tools/bin/$1" ] && [ "$(cat "$tools/bin/.$1" 2>/dev/null)" = "$2" ] && return
    command -v go >/dev/null || return 0
    echo "building $1"
    GOBIN="$tools/bin" GOFLAGS=-mod=mod go install "$2" && echo "$2" >"$tools/bin/.$1"
}

: >"$log"
python_tools 2>>"$log" || echo "the Python tools could not be installed: $log" >&2
while read -r name package; do
    case "$name" in '' | '#'*) continue ;; esac
    go_tool "$name" "$package" 2>>"$log" || echo "$name could not be built: $log" >&2
done <deploy/tools/go-tools.txt

# The types of custom resources take minutes to compile on a new machine: `make soak` does it, later runs find it.
if [ -n "${SOAK:-}" ] && command -v go >/dev/null; then
    go build -C deploy/tools/typed -o "$tools/bin/typed" . 2>>"$log" || echo "deploy/tools/typed could not be built: $log" >&2
fi

[ "${1:-}" != tools ] || exit 0
python="$tools/venv/bin/python"
[ -x "$python" ] || python=python3
exec "$python" deploy/tests/run.py "$@"

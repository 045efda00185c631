#!/usr/bin/env bash
# scan.sh KIND: what a scanner says, any finding is a failure. Ends with 75 when it can't be run here, its database included.
#   licences advisories secrets code infrastructure image
# Findings go to target/pipeline/sarif (SARIF_OUT) too, where the scanner can write them so.
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"
tools="${RAALLY_TOOLS:-$target/tools}"
sarif="${SARIF_OUT:-$target/pipeline/sarif}"
mkdir -p "$sarif"
cannot() {
    echo "not run: $1"
    [ -z "${STAGE_SUMMARY:-}" ] || echo "not run: $1" >"$STAGE_SUMMARY"
    exit 75
}
tool() { # NAME: where it is
    local folder
    for folder in "$tools/bin" "$tools/venv/bin"; do
        [ ! -x "$folder/$1" ] || { echo "$folder/$1" && return; }
    done
    command -v "$1"
}

case "${1:-}" in
licences)
    cargo deny --version >/dev/null 2>&1 || cannot "cargo-deny is not installed"
    cargo deny --locked check bans licenses sources
    ;;
advisories)
    cargo deny --version >/dev/null 2>&1 || cannot "cargo-deny is not installed"
    cargo deny --locked fetch db || cannot "the database of known holes can't be reached"
    cargo deny --locked check --disable-fetch advisories
    ;;
secrets)
    gitleaks=$(tool gitleaks) || cannot "gitleaks is not installed"
    # All commits, not just this one: what was in Git once is known.
    "$gitleaks" git --no-banner --redact --verbose --config .gitleaks.toml \
        --report-format sarif --report-path "$sarif/secrets.sarif" "${SCAN_TOP:-.}"
    ;;
code)
    # What the compiler and clippy know is the stage `quality`; these rules are about how things are used.
    semgrep=$(tool semgrep) || cannot "semgrep is not installed"
    rules="${SEMGREP_RULES:-p/rust p/typescript p/python}"
    # shellcheck disable=SC2086
    "$semgrep" scan --metrics off --validate ${rules//p\//--config p/} >/dev/null 2>&1 || cannot "semgrep's rules can't be reached"
    # shellcheck disable=SC2086
    "$semgrep" scan --metrics off --error --severity ERROR --sarif-output "$sarif/code.sarif" ${rules//p\//--config p/} crates web/src scripts deploy
    ;;
infrastructure)
    checkov=$(tool checkov) || cannot "checkov is not installed"
    zizmor=$(tool zizmor) || cannot "zizmor is not installed"
    "$checkov" --config-file deploy/checkov.yaml --quiet --framework terraform kubernetes dockerfile --directory deploy \
        --output cli --output sarif --output-file-path "console,$sarif/infrastructure.sarif"
    "$zizmor" --offline --format sarif .github/workflows >"$sarif/workflows.sarif"
    "$zizmor" --offline --quiet --persona pedantic --min-severity medium .github/workflows
    ;;
image)
    trivy=$(tool trivy) || cannot "trivy is not installed"
    ls "${IMAGE_OUT:-$target/image}"/*.tar >/dev/null 2>&1 || cannot "there is no image: the stage before makes it"
    "$trivy" image --quiet --download-db-only || cannot "trivy's database can't be reached"
    for image in "${IMAGE_OUT:-$target/image}"/*.tar; do
        "$trivy" image --quiet --skip-db-update --severity HIGH,CRITICAL --exit-code 1 --input "$image" \
            --format sarif --output "$sarif/$(basename "$image" .tar).sarif"
    done
    ;;
*)
    sed -n '2,4s/^# *//p' "$0" >&2
    exit 1
    ;;
esac

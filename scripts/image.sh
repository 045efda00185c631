#!/usr/bin/env bash
# image.sh: images of raally and raallyctl around the programs in PROGRAMS (target/pipeline/bin), built without a daemon. In
# target/image (IMAGE_OUT) are then, for each: a folder as `skopeo copy dir:` reads it, an archive for scanners, the digest, and
# what is in it (CycloneDX). Ends with 75 when images can't be built here.
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"
programs="${PROGRAMS:-$target/pipeline/bin}"
out="${IMAGE_OUT:-$target/image}"
bytes_max=40000000
for tool in buildah skopeo; do
    command -v "$tool" >/dev/null || { echo "not run: $tool is not installed"; exit 75; }
done
revision=$(git rev-parse --short=12 HEAD)
context=$(mktemp --directory)
trap 'rm -rf "$context"' EXIT
rm -rf "$out"
mkdir -p "$out" "$context/data"
for program in raally raallyctl; do
    install -D --strip "$programs/$program" "$context/$program"
    # The same programs make the same layers: the only time in them is the commit's.
    buildah bud --quiet --format docker --file "deploy/docker/$program.Dockerfile" --target runtime \
        --build-arg "RUNTIME_BASE=${RUNTIME_BASE:-scratch}" --build-arg "BUILD=$revision" \
        --timestamp "$(git log -1 --format=%ct)" --build-context "binary=$context" \
        --tag "localhost/$program:$revision" "$context" >/dev/null
    skopeo copy --quiet --dest-compress "containers-storage:localhost/$program:$revision" "dir:$out/$program"
    skopeo copy --quiet "dir:$out/$program" "docker-archive:$out/$program.tar:$program:$revision"
    skopeo manifest-digest "$out/$program/manifest.json" >"$out/$program.digest"
    bytes=$(stat --format=%s "$out/$program.tar")
    echo "$program $(cat "$out/$program.digest") $bytes bytes" | tee --append "${STAGE_SUMMARY:-/dev/null}"
    if [ -z "${RUNTIME_BASE:-}" ] && [ "$bytes" -gt "$bytes_max" ]; then
        echo "$program is larger than $bytes_max bytes" >&2
        exit 1
    fi
done
deploy/tools/sbom.py raally-server "$(cat "$out/raally.digest")" >"$out/raally.cdx.json"
deploy/tools/sbom.py raally-ops "$(cat "$out/raallyctl.digest")" >"$out/raallyctl.cdx.json"

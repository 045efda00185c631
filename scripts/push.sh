#!/usr/bin/env bash
# push.sh: the images of image.sh to REGISTRY (`host/path`) as TAG. A tag is never moved: the same image again is no push,
# another one under a tag that is taken is refused. What was pushed, by digest, is in target/image/pushed.json.
set -euo pipefail
cd "$(dirname "$0")/.."
out="${IMAGE_OUT:-${CARGO_TARGET_DIR:-target}/image}"
: "${REGISTRY:?which registry?}" "${TAG:?which tag?}"
command -v skopeo >/dev/null || { echo "not run: skopeo is not installed"; exit 75; }
[[ "$TAG" =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$ && "$TAG" != latest ]] || { echo "$TAG is no tag for a release" >&2; exit 1; }
tls=()
case "$REGISTRY" in localhost:* | 127.0.0.1:*) tls=(--tls-verify=false) ;; esac
there() { # NAME: the digest under that name, nothing when there is none
    local said
    if said=$(skopeo inspect "${tls[@]}" --format '{{.Digest}}' "docker://$1" 2>&1); then
        echo "$said"
    elif ! grep -qE 'manifest unknown|name unknown|not found|ImageNotFound|RepositoryNotFound' <<<"$said"; then
        echo "$said" >&2
        return 1
    fi
}
pushed=()
for program in raally raallyctl; do
    name="$REGISTRY/$program:$TAG" digest=$(cat "$out/$program.digest")
    found=$(there "$name")
    if [ -n "$found" ] && [ "$found" != "$digest" ]; then
        echo "$name is taken by $found: a tag is never moved, choose another" >&2
        exit 1
    fi
    [ -n "$found" ] || skopeo copy --quiet --preserve-digests "${tls[@]/#--tls/--dest-tls}" "dir:$out/$program" "docker://$name"
    [ "$(there "$name")" = "$digest" ] || { echo "$name is not $digest after the push" >&2; exit 1; }
    pushed+=("\"$program\": \"$REGISTRY/$program@$digest\"")
    echo "$name $digest${found:+ was there}" | tee --append "${STAGE_SUMMARY:-/dev/null}"
done
(IFS=, && echo "{${pushed[*]}}") >"$out/pushed.json"

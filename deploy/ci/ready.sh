#!/usr/bin/env bash
# ready.sh URL: waits up to ten minutes (READY_SECONDS_MAX) until the server there takes requests.
set -euo pipefail
url=${1:?which URL?} end=$((SECONDS + ${READY_SECONDS_MAX:-600}))
until curl --fail --silent --show-error --output /dev/null --max-time 10 "$url/ready"; do
    [ "$SECONDS" -lt "$end" ] || { echo "$url is not ready: docs/runbooks/rollback.md" >&2; exit 1; }
    sleep 2
done

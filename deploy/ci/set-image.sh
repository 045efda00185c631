#!/usr/bin/env bash
# Names the image that an environment runs, in the file that Argo CD reads:
#   deploy/ci/set-image.sh ENVIRONMENT REPOSITORY DIGEST
set -euo pipefail
cd "$(dirname "$0")/../.."
environment=${1:?ENVIRONMENT is missing} repository=${2:?REPOSITORY is missing} digest=${3:?DIGEST is missing}
file="deploy/kustomize/$environment/kustomization.yaml"
[ -f "$file" ] || { echo "there is no environment $environment" >&2; exit 1; }
[[ "$digest" =~ ^sha256:[0-9a-f]{64}$ ]] || { echo "$digest is no digest" >&2; exit 1; }
[[ "$repository" =~ ^[a-z0-9./:_-]+$ ]] || { echo "$repository is no repository" >&2; exit 1; }
sed --in-place '/^images:/,$d' "$file"
cat >>"$file" <<EOF_IMAGES
images:
  - name: ghcr.io/raally/raally
    newName: $repository
    digest: $digest
EOF_IMAGES

#!/usr/bin/env bash
# Puts the image that was pushed into the manifests of ENVIRONMENT, on the BRANCH that Argo CD follows:
#   ENVIRONMENT=dev BRANCH=main TAG=… DIGEST=sha256:… REPOSITORY=… deploy/ci/put-into-git.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
: "${ENVIRONMENT:?}" "${BRANCH:?}" "${TAG:?}" "${REPOSITORY:?}" "${DIGEST:?}"
git config user.name raally-delivery
git config user.email delivery@raally.example
if [ "$BRANCH" != main ]; then git checkout -B "$BRANCH"; fi
deploy/ci/set-image.sh "$ENVIRONMENT" "$REPOSITORY" "$DIGEST"
git commit --message "deploy: Release $TAG to $ENVIRONMENT" -- deploy/kustomize
if [ "$BRANCH" = main ]; then
    git pull --rebase origin main
    git push origin HEAD:main
else
    git push --force-with-lease origin "$BRANCH"
fi

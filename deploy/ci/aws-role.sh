#!/usr/bin/env bash
# In a GitHub workflow with `id-token: write`: becomes the AWS role ROLE in REGION for the steps that follow.
# The AWS programs exchange the token by themselves; no key is stored anywhere.
set -euo pipefail
: "${ROLE:?}" "${REGION:?}" "${ACTIONS_ID_TOKEN_REQUEST_URL:?permission id-token: write is missing}"
file="$RUNNER_TEMP/aws-token"
umask 077
curl --fail --silent --show-error --header "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \
    "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=sts.amazonaws.com" |
    python3 -c 'import json, sys; sys.stdout.write(json.load(sys.stdin)["value"])' >"$file"
{
    echo "AWS_ROLE_ARN=$ROLE"
    echo "AWS_REGION=$REGION"
    echo "AWS_WEB_IDENTITY_TOKEN_FILE=$file"
    echo "AWS_ROLE_SESSION_NAME=github-${GITHUB_RUN_ID:-0}"
} >>"$GITHUB_ENV"

#!/usr/bin/env bash
# Makes the secrets that compose.yaml needs, at random, once. The two of Alertmanager are placeholders: put in your own.
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p secrets
chmod 700 secrets
for name in postgres-password grafana-password minio-password smtp-password; do
    [ -s "secrets/$name" ] || head -c 24 /dev/urandom | base64 | tr -d '\n' >"secrets/$name"
done
[ -s secrets/slack-url ] || printf 'https://hooks.invalid/put-your-own-here' >secrets/slack-url
# Other users inside the containers read them; the folder is closed to other users of this machine.
chmod 644 secrets/*
ls secrets

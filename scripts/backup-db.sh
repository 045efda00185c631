#!/usr/bin/env bash
# backup-db.sh ENVIRONMENT [OPTIONS]: backs up the database of an environment of deploy/environments.toml on this host.
set -euo pipefail
exec raallyctl backup --env "${1:?which environment?}" "${@:2}"

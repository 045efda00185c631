#!/usr/bin/env bash
# backup-db.sh ENVIRONMENT [OPTIONS]: backs up the data that deploy/environments.toml gives the environment on this host.
set -euo pipefail
cd "$(dirname "$0")/../deploy"
RAALLY_DATA_DIR=$(python3 -c '
import os, sys, tomllib
host = tomllib.load(open("environments.toml", "rb"))["environments"][sys.argv[1]]["host"]
print(os.path.abspath(host.get("settings", {}).get("RAALLY_DATA_DIR", os.path.join(host["state-dir"], "data"))))
' "${1:?which environment?}")
export RAALLY_DATA_DIR
cd - >/dev/null
exec raallyctl backup "${@:2}"

#!/usr/bin/env bash
# deploy.sh ENVIRONMENT PROGRAM [OPTIONS]: releases a program.
exec raallyctl deploy --env "${1:?which environment?}" "${@:2}"

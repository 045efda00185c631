#!/usr/bin/env bash
# monitor.sh ENVIRONMENT [OPTIONS]: watches an environment.
exec raallyctl monitor --env "${1:?which environment?}" "${@:2}"

#!/usr/bin/env bash
# rollback.sh ENVIRONMENT [OPTIONS]: goes back to the release before.
exec raallyctl rollback --env "${1:?which environment?}" "${@:2}"

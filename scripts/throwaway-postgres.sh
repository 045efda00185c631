#!/usr/bin/env bash
# A PostgreSQL server that nobody keeps, with its full durability on.
#   where         prints the folder of the server's programs; fails when there are none
#   start FOLDER  starts one, notes in FOLDER where its data lie, prints its URL
#   stop FOLDER   stops it and deletes its data
set -euo pipefail

where() {
    local folder
    for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin /usr/local/pgsql/bin | sort -rV) \
        "$(dirname "$(command -v initdb || true)")"; do
        [ -x "$folder/initdb" ] && echo "$folder" && return
    done
    return 1
}

# The server refuses to run as root; Debian's package brings a user for it.
as_server() {
    if [ "$(id -u)" = 0 ]; then
        runuser --user postgres -- "$@"
    else
        "$@"
    fi
}

free_port() {
    local port
    for port in $(shuf --input-range=20000-32000 --head-count=50); do
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
    return 1
}

start() {
    local folder=$1 programs data port
    programs=$(where)
    port=$(free_port)
    # Apart from FOLDER, which the server's user may not be allowed to enter.
    data=$(mktemp --directory /tmp/raally-postgres.XXXXXXXX)
    [ "$(id -u)" != 0 ] || chown postgres "$data"
    mkdir -p "$folder"
    echo "$data" >"$folder/where"
    cd /
    {
        as_server "$programs/initdb" --pgdata="$data/cluster" --auth=trust --username=postgres \
            --encoding=UTF8 --no-locale
        as_server "$programs/pg_ctl" --pgdata="$data/cluster" --log="$data/log" --wait start \
            --options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$data -c shared_buffers=256MB -c max_connections=200"
        # Not the superuser, for whom row-level security would not hold.
        as_server "$programs/createuser" --host="$data" --port="$port" --username=postgres raally
        as_server "$programs/createdb" --host="$data" --port="$port" --username=postgres \
            --owner=raally raally
        # The role that requests run as; `raally migrate` names these two lines to an administrator when it is missing.
        as_server "$programs/psql" --host="$data" --port="$port" --username=postgres --quiet --dbname=raally \
            --command='CREATE ROLE raally_app NOLOGIN' --command='GRANT raally_app TO raally'
    } >&2
    echo "postgres://raally@127.0.0.1:$port/raally"
}

stop() {
    local folder=$1 data
    data=$(cat "$folder/where")
    cd /
    as_server "$(where)/pg_ctl" --pgdata="$data/cluster" --mode=fast --wait stop >&2
    rm -rf "$data" "$folder/where"
}

case "${1:-}" in
where) where ;;
start | stop) "$1" "$(realpath --canonicalize-missing "${2:?FOLDER is missing}")" ;;
*)
    sed -n '2,5s/^# *//p' "$0" >&2
    exit 1
    ;;
esac

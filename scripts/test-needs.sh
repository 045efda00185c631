#!/usr/bin/env bash
# Sees to it that the programs are there that tests start: as root on Debian it installs what is
# missing; else it names it, and fails where CI=true.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=()
missing=()
need() { # WHAT PACKAGE COMMAND...: COMMAND tells whether WHAT is there
    local what=$1 package=$2
    shift 2
    "$@" >/dev/null 2>&1 && return
    missing+=("$what")
    packages+=("$package")
}

needs() {
    packages=() missing=()
    need "a C compiler" build-essential command -v cc
    need "PostgreSQL" postgresql scripts/throwaway-postgres.sh where
    need "pgBackRest" pgbackrest command -v pgbackrest
    need "shellcheck" shellcheck command -v shellcheck
    need "python3" python3 command -v python3
    need "sshd" openssh-server test -x /usr/sbin/sshd
    need "ssh" openssh-client command -v ssh
    # The checks of deploy/: their tools' folder, and the programs that its files are for.
    need "Python's venv" python3-venv python3 -c 'import ensurepip, venv'
    need "Prometheus" prometheus command -v promtool
    need "Alertmanager" prometheus-alertmanager command -v amtool
    # A cluster for the tests of raallyctl; its API server is built by scripts/kube-tools.sh.
    need "etcd" etcd-server command -v etcd
    need "jq" jq command -v jq
    # Containers, where the kernel lets them run: the check itself says when they are missing.
    if [ "$(id -u)" = 0 ] && [ -z "${without_containers:-}" ]; then
        need "podman" podman command -v podman
        need "buildah" buildah command -v buildah
        need "runc" runc command -v runc
        need "skopeo" skopeo command -v skopeo
        need "netavark" netavark test -x /usr/lib/podman/netavark
        need "a registry for tests" docker-registry command -v docker-registry
        [ -z "${SOAK:-}" ] || need "debootstrap" debootstrap command -v debootstrap
    fi
    if [ -f web/package.json ]; then
        need "npm" npm command -v npm
        need "Chromium" chromium command -v chromium
    fi
}

install() {
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends \
        "${packages[@]}" </dev/null
}

needs
if [ ${#missing[@]} -gt 0 ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing ${packages[*]}"
    if ! install >/dev/null 2>&1; then
        apt-get update --quiet </dev/null >/dev/null
        install >/dev/null || echo "apt-get could not install ${packages[*]}" >&2
    fi
    without_containers=yes
    needs
fi
for what in "${missing[@]}"; do
    echo "skip: $what is not on this machine; tests that need it do not run"
done
if [ ${#missing[@]} -gt 0 ] && [ "${CI:-}" = true ]; then
    echo "CI=true: nothing may be missing" >&2
    exit 1
fi

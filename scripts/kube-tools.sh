#!/usr/bin/env bash
# Builds kube-apiserver and kube-controller-manager, pinned in deploy/tools/kube, into target/kube-tools/bin, where the
# tests of raallyctl's Kubernetes target find them. Needs Go and its module proxy; 4 minutes on 2 cores, once. etcd comes
# from Debian (scripts/test-needs.sh). Without Go it says so and the tests that need a cluster are a printed skip.
set -euo pipefail
cd "$(dirname "$0")/.."

bin="${CARGO_TARGET_DIR:-target}/kube-tools/bin"
pinned=deploy/tools/kube/go.mod
if [ -x "$bin/kube-controller-manager" ] && cmp --quiet "$pinned" "$bin/go.mod"; then
    exit 0
fi
if ! command -v go >/dev/null; then
    echo "skip: Go is not on this machine; raallyctl is not tested against a cluster"
    exit 0
fi
mkdir -p "$bin"
bin=$(realpath "$bin")
echo "building the API server of a cluster for tests"
if CGO_ENABLED=0 go build -C deploy/tools/kube -trimpath -ldflags="-s -w" -o "$bin/" \
    k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kube-controller-manager >"$bin/build.log" 2>&1; then
    cp "$pinned" "$bin/go.mod"
else
    tail -n 3 "$bin/build.log" >&2
    echo "skip: the API server could not be built; raallyctl is not tested against a cluster"
    [ "${CI:-}" != true ]
fi

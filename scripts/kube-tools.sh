#!/usr/bin/env bash
# Builds kube-apiserver and kube-controller-manager, pinned in deploy/tools/kube, into target/kube-tools/bin, where the
# tests of raallyctl's Kubernetes target find them; with SOAK=1 the controller of Argo Rollouts too. Needs Go and its module
# proxy, once. etcd comes from Debian (scripts/test-needs.sh). Without Go it says so and the tests that need a cluster are
# a printed skip.
set -euo pipefail
cd "$(dirname "$0")/.."

bin="${CARGO_TARGET_DIR:-target}/kube-tools/bin"
pinned=deploy/tools/kube/go.mod
programs=(k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kube-controller-manager)
rollouts=github.com/argoproj/argo-rollouts
[ -z "${SOAK:-}" ] || programs+=("$rollouts/cmd/rollouts-controller")

current=true
for program in "${programs[@]}"; do
    [ -x "$bin/${program##*/}" ] && cmp --quiet "$pinned" "$bin/${program##*/}.mod" || current=false
done
[ "$current" = false ] || exit 0
if ! command -v go >/dev/null; then
    echo "skip: Go is not on this machine; raallyctl is not tested against a cluster"
    exit 0
fi
mkdir -p "$bin"
bin=$(realpath "$bin")
echo "building the API server of a cluster for tests"
if CGO_ENABLED=0 go build -C deploy/tools/kube -trimpath -ldflags="-s -w" -o "$bin/" "${programs[@]}" >"$bin/build.log" 2>&1; then
    for program in "${programs[@]}"; do
        cp "$pinned" "$bin/${program##*/}.mod"
    done
    if [ -n "${SOAK:-}" ]; then
        mkdir -p "$bin/crds"
        cp --no-preserve=mode "$(go list -C deploy/tools/kube -m -f '{{.Dir}}' "$rollouts")"/manifests/crds/*-crd.yaml "$bin/crds/"
    fi
else
    tail -n 3 "$bin/build.log" >&2
    echo "skip: the API server could not be built; raallyctl is not tested against a cluster"
    [ "${CI:-}" != true ]
fi

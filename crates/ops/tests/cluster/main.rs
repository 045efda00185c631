//! Releases in a cluster: a real etcd, API server and controller manager (scripts/kube-tools.sh), the chart's own manifests,
//! and a real Prometheus. No machine runs the pods: `kubelet` says of each what a node would, and `mesh` counts what the
//! sidecars would. Where the programs are missing, each test is a printed skip;
//! without `SOAK` a few of them run, and the others say that they are left out.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod argo;
mod good;
mod in_the_way;
mod killed;
mod kubelet;
mod mesh;
mod rollouts;
mod scaled;
mod server;
mod stage;
mod taken_back;
#[path = "../tool/mod.rs"]
mod tool;

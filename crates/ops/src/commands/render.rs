//! `raallyctl render`: the files that a release would write to a host, to read or to review before there is one.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use super::setting::Setting;
use crate::cli::Where;
use crate::failed::{Doing, Failed};
use crate::journal::{History, Journal};
use crate::keeper::systemd;
use crate::model::fleet::Slot;
use crate::model::ids::{Group, InstanceId, ReleaseId};
use crate::talk::Talk;
use crate::traffic;

/// Shows them, or writes them to a folder.
pub fn run(at: &Where, out: Option<PathBuf>, talk: Talk) -> Result<ExitCode, Failed> {
    let setting = Setting::on_hosts(at, "there the chart has the manifests: deploy/helm and deploy/kustomize")?;
    let hosts = setting.hosts()?;
    let Some(host) = &setting.environment.host else { return Err(Failed::input("the environment has no hosts")) };
    let mut files = BTreeMap::new();
    let config = serde_json::to_string_pretty(&traffic::gateway_config(host)?).doing("the gateway's configuration")?;
    files.insert("gateway.json".to_owned(), config + "\n");
    let gateway = hosts.gateway_process();
    files.insert(systemd::unit_name(&setting.folder, &gateway.id), systemd::unit(&setting.folder, &gateway));
    let release = History::of(&Journal::look(&setting.journal())?).current.unwrap_or(ReleaseId(1));
    for (number, port) in (1..=setting.environment.replicas).zip(host.ports[0]..) {
        let id = InstanceId { group: Group::Of(release), number };
        let process = hosts.instance_process(id, &Slot { host: "local".to_owned(), port })?;
        files.insert(systemd::unit_name(&setting.folder, &process.id), systemd::unit(&setting.folder, &process));
    }
    if let Some(out) = out {
        std::fs::create_dir_all(&out).doing(out.display())?;
        for (name, text) in &files {
            std::fs::write(out.join(name), text).doing(out.join(name).display())?;
        }
    }
    let text: String = files.iter().map(|(name, text)| format!("==> {name} <==\n{text}\n")).collect();
    talk.data(&files, &text)
}

//! A backup taken under load restores to a consistent state that holds what was acknowledged before it (TRUST.md P8).

use std::sync::Arc;

use crate::company::Company;
use crate::installation::{Installation, say, wait_until};
use crate::load::{Ledger, Load, marks};
use crate::proof;

#[test]
fn a_backup_under_load_restores_and_serves_what_was_acknowledged_before_it() {
    let installation = Installation::sqlite();
    let servers = [installation.serve(), installation.serve()];
    let mut company = Company::found(servers[0].address);
    let ledger = Arc::new(Ledger::default());
    let load = Load::start(&ledger, &company, &servers.each_ref().map(|server| server.address), 3);
    let mut backups = Vec::new();
    for number in 0..3 {
        wait_until("load", || ledger.acknowledged() > 30 * (number + 1));
        let before = ledger.keys();
        let file = installation.folder().join(format!("backup-{number}.db"));
        installation.done(&["backup".as_ref(), file.as_os_str()]);
        let after = ledger.acknowledged();
        backups.push((file, before, after));
    }
    wait_until("more load", || ledger.acknowledged() > backups[2].2 + 10);
    load.finish();
    ledger.verify(&company, servers[0].address);
    for server in servers {
        server.stop();
    }
    let events = proof::holds(&installation);
    for (file, before, _) in &backups {
        let restored = Installation::sqlite();
        restored.done(&["restore".as_ref(), file.as_os_str()]);
        std::fs::copy(installation.folder().join("secret.key"), restored.folder().join("secret.key")).unwrap();
        std::fs::copy(installation.folder().join("audit.key"), restored.folder().join("audit.key")).unwrap();
        let then = proof::holds(&restored);
        assert!(then < events, "the load went on after the backup");
        let server = restored.serve();
        company.sign_in(server.address);
        let found = marks(&company, server.address);
        let missing: Vec<_> = before.iter().filter(|key| !found.contains(key)).collect();
        assert!(missing.is_empty(), "acknowledged before the backup and not in it: {missing:?}");
        company.ask(server.address, company.creation("key-after", 1)).expect(201);
        server.stop();
        proof::holds(&restored);
        say(&format!(
            "backup under load: {} acknowledged before it are in it, {} in all, {then} events",
            before.len(),
            found.len()
        ));
    }
}

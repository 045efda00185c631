//! Carries out what was planned for an environment's database, one step after the other, each in the journal before it is
//! begun and after it is done.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Serialize;

use super::aside::Aside;
use super::keys;
use super::plan::{self, Archiving, BackupWanted, Plan, RestoreScene, RestoreWanted, Step};
use super::server::{Server, own_folder, programs, said};
use super::store::{Fetch, Repository, Store};
use crate::failed::{Doing, Failed};
use crate::journal::{Event, Journal};
use crate::lock::user;
use crate::model::postgres::Postgres;
use crate::recovery::{Installation, seal};
use crate::stop::Folder;

/// Longest playing back of the log.
const READY_WITHIN: Duration = Duration::from_secs(6 * 3_600);
/// Added to the data folder's name while a restore is put together there.
const ASIDE: &str = ".restoring";

/// An environment's database and what keeps it.
#[derive(Clone, Debug)]
pub struct Database {
    store: Store,
    server: Server,
    told: Postgres,
    installation: Installation,
    /// Role and name.
    names: (String, String),
    /// Opens the sealed keys.
    identity: Option<PathBuf>,
}

/// A step that was done.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Done {
    /// Which.
    #[serde(flatten)]
    pub step: Step,
    /// What came of it.
    pub says: String,
    /// How long it took.
    pub milliseconds: u64,
}

impl Database {
    /// Of an environment: what the file says of its database, and the installation with the environment's options.
    ///
    /// # Errors
    /// When pgBackRest's file or its programs are not there.
    pub fn new(
        told: &Postgres,
        installation: Installation,
        url: Option<&str>,
        identity: Option<PathBuf>,
    ) -> Result<Self, Failed> {
        let store = Store::open(&told.config, &told.stanza)?;
        seal::read_recipients(&told.recipients)?;
        let settings = &store.settings;
        let version = fs::read_to_string(settings.data_dir.join("PG_VERSION")).ok();
        let server = Server {
            programs: programs(version.as_deref().map(str::trim))?,
            data_dir: settings.data_dir.clone(),
            port: settings.port,
            sockets: settings.sockets.clone(),
            role: settings.role.clone(),
            log: settings.data_dir.with_file_name("raally-restored.log"),
        };
        let names = url.and_then(role_and_database).unwrap_or_else(|| ("raally".into(), "raally".into()));
        Ok(Self { store, server, told: told.clone(), installation, names, identity })
    }

    /// What keeps it.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The installation on a restored database: with copies of the keys in a folder of its own.
    ///
    /// # Errors
    /// When a key can't be copied.
    pub fn installation_on(&self, aside: &Aside, folder: &Path) -> Result<Installation, Failed> {
        self.installation.copy_keys(folder)?;
        Ok(self.installation.in_folder(folder).with("RAALLY_DATABASE_URL", &self.url_on(aside)))
    }

    /// A backup as a server of its own: of the first place that has it, or of the one that is asked for.
    ///
    /// # Errors
    /// When there is none, or it can't be restored.
    pub fn aside(&self, repository: Option<u32>, to_time: Option<Timestamp>) -> Result<Aside, Failed> {
        let repository = plan::source(&self.store.look()?, repository, to_time).map_err(Failed::input)?;
        Aside::restore(&self.store, repository, to_time)
    }

    /// Raally's database on such a server, for `RAALLY_DATABASE_URL`.
    #[must_use]
    pub fn url_on(&self, aside: &Aside) -> String {
        let (role, database) = &self.names;
        aside.url(role, database)
    }

    /// Plans a backup.
    ///
    /// # Errors
    /// Everything that forbids it.
    pub fn plan_backup(&self, kind: Option<super::Kind>, keep_days: Option<u32>) -> Result<Plan, Failed> {
        let show = |name: &str| self.server.ask(&format!("SELECT setting FROM pg_settings WHERE name = '{name}'"));
        let not_there = |failed: Failed| {
            Failed::ours(format!("PostgreSQL does not answer: {failed}")).next("start it, or see its log")
        };
        let archiving = Archiving {
            mode: show("archive_mode").map_err(not_there)?,
            command: show("archive_command")?,
            timeout_seconds: show("archive_timeout")?.parse().doing("archive_timeout")?,
            command_wanted: self.store.archive_command(),
        };
        let wanted = BackupWanted {
            kind,
            keep_days: keep_days.unwrap_or(self.told.keep_days),
            full_every_days: self.told.full_every_days,
            keys_to: self.told.keys_to.clone(),
        };
        plan::backup(&self.store.look()?, &archiving, &wanted, Timestamp::now())
            .map_err(|faults| Failed::input("no backup can be made").faults(faults))
    }

    /// Plans a restore.
    ///
    /// # Errors
    /// Everything that forbids it.
    pub fn plan_restore(&self, wanted: &RestoreWanted) -> Result<Plan, Failed> {
        let data_dir = &self.server.data_dir;
        let runs = self.server.runs();
        let (_, database) = &self.names;
        let question =
            format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{}'", database.replace('\'', "''"));
        // A damaged server that runs and does not answer is stopped all the same.
        let connected = self.server.ask(&question).ok().and_then(|count| count.parse().ok()).unwrap_or(0);
        let places = self.store.look()?;
        let scene = RestoreScene {
            places: &places,
            data_dir,
            occupied: fs::read_dir(data_dir).is_ok_and(|mut entries| entries.next().is_some()),
            runs,
            connected,
            keys_missing: self.identity.is_some() && self.installation.lacks_keys(),
            now: Timestamp::now(),
        };
        plan::restore(&scene, wanted).map_err(|faults| Failed::input("nothing can be restored").faults(faults))
    }

    /// Carries a plan out; tells of each step when it is done.
    ///
    /// # Errors
    /// The step that failed; the journal has it too.
    pub async fn carry_out(
        &self,
        what: &str,
        plan: &Plan,
        journal: &mut Journal,
        tell: &mut (dyn FnMut(&Done) + Send),
    ) -> Result<Vec<Done>, Failed> {
        let steps = plan.steps.iter().map(Step::title).collect();
        journal.append(Event::RecoveryPlanned { what: what.to_owned(), steps, by: user() }).await?;
        let mut all = Vec::new();
        for (index, step) in plan.steps.iter().enumerate() {
            journal.append(Event::Began { step: index }).await?;
            let started = Instant::now();
            let says = match self.step(step) {
                Ok(says) => says,
                Err(failed) => {
                    let why = format!("{}: {failed}", step.title());
                    journal.append(Event::RecoveryEnded { done: false, why: why.clone() }).await?;
                    return Err(Failed { what: why, faults: Vec::new(), ..failed });
                }
            };
            let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            journal.append(Event::Did { step: index, milliseconds }).await?;
            let done = Done { step: step.clone(), says, milliseconds };
            tell(&done);
            all.push(done);
        }
        journal.append(Event::RecoveryEnded { done: true, why: String::new() }).await?;
        Ok(all)
    }

    fn step(&self, step: &Step) -> Result<String, Failed> {
        let quiet = |()| String::new();
        match step {
            Step::Make => self.store.make().map(quiet),
            Step::CheckLog => self.store.check().map(quiet),
            Step::BackUp { repository, kind } => {
                self.store.back_up(*repository, *kind)?;
                self.newest(*repository)
            }
            Step::SealKeys { folder } => {
                let file = keys::seal_to(folder, &self.installation, &self.told.recipients)?;
                Ok(file.display().to_string())
            }
            Step::Verify { repository } => self.store.verify(*repository).map(quiet),
            Step::Prove { repository } => self.prove(*repository),
            Step::Expire { repository, keep_days } => self.expire(*repository, *keep_days),
            Step::Fetch { repository, to_time } => {
                let into = self.aside_dir();
                // What a restore that was killed has left.
                if into.exists() {
                    fs::remove_dir_all(&into).doing(into.display())?;
                }
                own_folder(&into)?;
                let fetch = Fetch { repository: *repository, into: &into, to_time: *to_time, in_earnest: true };
                self.store.fetch(&fetch).map(quiet)
            }
            Step::Stop => self.stop().map(quiet),
            Step::PutInPlace { replaced } => self.put_in_place(replaced.as_deref()).map(quiet),
            Step::Start => self.start(),
            Step::OpenKeys => self.open_keys(),
            Step::Examine => self.examine(&self.installation, &self.server),
        }
    }

    fn place(&self, repository: u32) -> Result<Repository, Failed> {
        let place = self.store.look()?.into_iter().find(|place| place.number == repository);
        place.ok_or_else(|| Failed::ours(format!("pgBackRest does not tell of place {repository}")))
    }

    fn newest(&self, repository: u32) -> Result<String, Failed> {
        match self.place(repository)?.backups.last() {
            Some(base) if !base.damaged => {
                Ok(format!("{}, {} bytes of database, {} stored", base.label, base.bytes, base.stored_bytes))
            }
            Some(base) => Err(Failed::ours(format!("pages of the database fail their checksum: see {}", base.label))
                .next("see docs/runbooks/raally-database-unhealthy.md; older backups are kept")),
            None => Err(Failed::ours("the backup is not there")),
        }
    }

    fn expire(&self, repository: u32, keep_days: u32) -> Result<String, Failed> {
        let labels = || -> Result<Vec<String>, Failed> {
            Ok(self.place(repository)?.backups.into_iter().map(|base| base.label).collect())
        };
        let before = labels()?;
        self.store.expire(repository, keep_days)?;
        let after = labels()?;
        let gone: Vec<String> = before.into_iter().filter(|label| !after.contains(label)).collect();
        Ok(if gone.is_empty() { "nothing was that old".to_owned() } else { gone.join(", ") })
    }

    /// A backup that can't be restored is none.
    fn prove(&self, repository: u32) -> Result<String, Failed> {
        let aside = Aside::restore(&self.store, repository, None)?;
        let data = Folder::new("raally-proof")?;
        let restored = self.examine(&self.installation_on(&aside, data.path())?, aside.server())?;
        let reached = aside.reached()?.map(|at| format!(" as of {at}")).unwrap_or_default();
        Ok(format!("{restored}{reached}"))
    }

    /// What `raally` finds: nothing wrong, and every seal as it was.
    fn examine(&self, installation: &Installation, server: &Server) -> Result<String, Failed> {
        let faults = installation.examine()?;
        if !faults.is_empty() {
            return Err(Failed::ours("the restored database does not pass `raally doctor`").faults(faults));
        }
        let audit = installation.json(&["audit", "verify"].map(OsStr::new))?;
        if audit["ok"] != true {
            return Err(Failed::ours("the audit trail of the restored database does not hold"));
        }
        let events = server.ask_in(&self.names.1, "SELECT count(*) FROM event")?;
        Ok(format!("{events} events, {} of them sealed and as they were", audit["checked"]))
    }

    fn aside_dir(&self) -> PathBuf {
        let mut name = self.server.data_dir.as_os_str().to_owned();
        name.push(ASIDE);
        name.into()
    }

    fn put_in_place(&self, replaced: Option<&Path>) -> Result<(), Failed> {
        let data_dir = &self.server.data_dir;
        if self.server.runs() {
            return Err(Failed::ours("PostgreSQL runs again: what starts it has to be told not to"));
        }
        match replaced {
            Some(replaced) => fs::rename(data_dir, replaced).doing(data_dir.display())?,
            // An empty folder may be there.
            None if data_dir.exists() => fs::remove_dir(data_dir).doing(data_dir.display())?,
            None => {}
        }
        fs::rename(self.aside_dir(), data_dir).doing(data_dir.display())
    }

    fn stop(&self) -> Result<(), Failed> {
        told(&self.told.stop).unwrap_or_else(|| self.server.stop("fast"))?;
        if self.server.runs() { Err(Failed::ours("PostgreSQL still runs")) } else { Ok(()) }
    }

    fn start(&self) -> Result<String, Failed> {
        told(&self.told.start).unwrap_or_else(|| self.server.start(""))?;
        self.server.wait_until_writable(READY_WITHIN)?;
        let at = self.server.ask("SELECT pg_last_xact_replay_timestamp()")?;
        Ok(if at.is_empty() { String::new() } else { format!("as of {at}") })
    }

    fn open_keys(&self) -> Result<String, Failed> {
        let identity = self.identity.as_deref().ok_or_else(|| Failed::input("--identity is needed for the keys"))?;
        keys::open_from(&self.told.keys_to, &self.installation, identity).map(|names| names.join(", "))
    }
}

/// Runs a command that the environment's file gives; none when it gives none.
fn told(command: &[String]) -> Option<Result<(), Failed>> {
    let (program, arguments) = command.split_first()?;
    let output = Command::new(program).args(arguments).stdin(std::process::Stdio::null()).output();
    Some(said(output).map(drop).map_err(|failed| Failed { what: format!("{program}: {}", failed.what), ..failed }))
}

/// Of `postgres://role:password@host/database?…`.
fn role_and_database(url: &str) -> Option<(String, String)> {
    let (_, rest) = url.split_once("://")?;
    let rest = rest.split('?').next()?;
    let (authority, database) = rest.split_once('/')?;
    let role = authority.rsplit_once('@')?.0.split(':').next()?;
    let plain = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    Some((plain(role), plain(database))).filter(|(role, database)| !role.is_empty() && !database.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_and_database_come_from_the_address() {
        let of = |url| role_and_database(url).map(|(role, database)| format!("{role} {database}"));
        assert_eq!(of("postgres://raally:p%40ss@db:5432/main?sslmode=require").unwrap(), "raally main");
        assert_eq!(of("postgres://raally@%2Frun%2Fpostgresql/raally").unwrap(), "raally raally");
        assert_eq!(of("postgres://db/raally"), None);
    }
}

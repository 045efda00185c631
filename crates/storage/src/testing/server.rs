//! A PostgreSQL server for tests: started as an unprivileged user in a folder of its own, reachable by a socket there, and
//! stopped by a watchdog when this process ends, however it ends.

use std::{
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::{Location, Mode, Store, StoreConfig, testing::TEST_BUILD};

/// Where Debian and others put the servers' programs, by version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// A running server, and how to reach it.
#[derive(Debug)]
pub struct PostgresServer {
    /// URL of a user who may create databases.
    admin_url: String,
    /// Name of the user who owns the databases, when it isn't that one.
    owner: Option<&'static str>,
    own: Option<Own>,
    template: OnceCell<String>,
}

#[derive(Debug)]
struct Own {
    programs: PathBuf,
    folder: PathBuf,
    /// Its standard input is the rope: when this process ends, the rope breaks and the watchdog stops the server.
    watchdog: Child,
}

fn programs() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> =
        std::fs::read_dir(VERSIONS).ok()?.flatten().map(|entry| entry.path().join("bin")).collect();
    versions.sort();
    versions.into_iter().rev().find(|bin| bin.join("initdb").exists() && bin.join("pg_ctl").exists())
}

/// PostgreSQL refuses to run as root.
fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|found| std::os::unix::fs::MetadataExt::uid(&found) == 0)
}

fn unprivileged(program: &Path) -> Command {
    if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

fn run(command: &mut Command) {
    let output = command.current_dir("/").stdin(Stdio::null()).output().expect("the program can be started");
    assert!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

impl PostgresServer {
    /// The server of this process, started at the first call.
    ///
    /// # Panics
    /// When PostgreSQL isn't installed and `CI` is `true`; when it can't be started.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<PostgresServer>> = OnceLock::new();
        SHARED
            .get_or_init(|| match std::env::var("RAALLY_TEST_POSTGRES_URL") {
                Ok(admin_url) => Some(Self { admin_url, owner: None, own: None, template: OnceCell::new() }),
                Err(_) => Self::start(),
            })
            .as_ref()
    }

    /// A server of its own, for tests that stop it.
    ///
    /// # Panics
    /// As [`PostgresServer::shared`].
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "PostgreSQL is not installed");
            // Straight to the stream: the test harness swallows what passing tests print.
            _ = writeln!(std::io::stderr(), "skipped: PostgreSQL not installed");
            return None;
        };
        let folder = std::env::temp_dir().join(format!("raally-pg-{}", Uuid::now_v7().simple()));
        run(unprivileged(Path::new("mkdir")).args(["-m", "0755"]).arg(&folder));
        run(unprivileged(&programs.join("initdb"))
            .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-D"])
            .arg(folder.join("data")));
        let mut settings = String::new();
        for setting in ["listen_addresses = ''", "max_connections = 250", "fsync = on", "shared_buffers = 64MB"] {
            _ = writeln!(settings, "{setting}");
        }
        _ = writeln!(settings, "unix_socket_directories = '{}'", folder.display());
        let settings_file = folder.join("data/postgresql.auto.conf");
        run(unprivileged(Path::new("sh"))
            .args(["-c", "printf '%s' \"$1\" > \"$2\"", "sh", &settings])
            .arg(settings_file));
        let watchdog = watch(&programs, &folder);
        let admin_url = url(&folder, "postgres", "postgres");
        let server = Self {
            admin_url,
            owner: Some("raally_owner"),
            own: Some(Own { programs, folder, watchdog }),
            template: OnceCell::new(),
        };
        server.resume();
        Some(server)
    }

    fn control(&self, arguments: &[&str]) {
        let own = self.own.as_ref().expect("only a server that the test started can be stopped");
        run(unprivileged(&own.programs.join("pg_ctl"))
            .arg("-D")
            .arg(own.folder.join("data"))
            .arg("-l")
            .arg(own.folder.join("log"))
            .args(arguments));
    }

    /// From now on also on a TCP port of 127.0.0.1, with TLS only. Sockets get another name by that: make databases before.
    /// Certificate and key are PEM.
    ///
    /// # Panics
    /// When the server doesn't start again.
    pub fn serve_tls(&self, port: u16, certificate: &str, key: &str) {
        let own = self.own.as_ref().expect("only a server that the test started can be changed");
        let settings = format!("port = {port}\nlisten_addresses = '127.0.0.1'\nssl = on\n");
        let rules = "local all all trust\nhostssl all all 127.0.0.1/32 trust\n";
        let script = "set -eu; cd \"$1\"; umask 077; printf '%s' \"$2\" >> postgresql.auto.conf; printf '%s' \"$3\" > pg_hba.conf; \
                      printf '%s' \"$4\" > server.crt; printf '%s' \"$5\" > server.key";
        run(unprivileged(Path::new("sh")).args(["-c", script, "sh"]).arg(own.folder.join("data")).args([
            &settings,
            rules,
            certificate,
            key,
        ]));
        self.control(&["-w", "-m", "fast", "restart"]);
    }

    /// Starts the stopped server; returns when it answers.
    ///
    /// # Panics
    /// When it can't be started.
    pub fn resume(&self) {
        self.control(&["-w", "start"]);
    }

    /// Stops the server at once, as a crash would.
    ///
    /// # Panics
    /// When it can't be stopped.
    pub fn crash(&self) {
        self.control(&["-w", "-m", "immediate", "stop"]);
    }

    /// URL of a new empty database, owned by a user who isn't a superuser.
    ///
    /// # Panics
    /// When the server fails.
    pub async fn empty_database(&self) -> String {
        self.create(None).await
    }

    /// URL of a new migrated database, copied from a template.
    ///
    /// # Panics
    /// When the server fails.
    pub async fn migrated_database(&self) -> String {
        let template = self
            .template
            .get_or_init(|| async {
                let url = self.create(None).await;
                let config = StoreConfig::new(Location::Postgres(url.clone()), TEST_BUILD);
                let store = Store::open(&config).await.expect("the template can be opened");
                store.migrate(Mode::Expand).await.expect("the template can be migrated");
                store.close().await;
                database_of(&url).to_owned()
            })
            .await;
        self.create(Some(template)).await
    }

    /// Runs statements as the superuser in the database of a URL.
    ///
    /// # Panics
    /// When the server refuses them.
    pub async fn as_admin(&self, database_url: &str, statements: &str) {
        let url = with_database(&self.admin_url, database_of(database_url));
        execute(&url, &[statements.to_owned()]).await;
    }

    async fn create(&self, template: Option<&str>) -> String {
        let name = format!("raally_test_{}", Uuid::now_v7().simple());
        let mut statements = Vec::new();
        let mut create = format!("CREATE DATABASE {name}");
        if let Some(template) = template {
            // The template's last connections end a moment after it was closed.
            statements
                .push(format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{template}'"));
            _ = write!(create, " TEMPLATE {template}");
        }
        if let Some(owner) = self.owner {
            statements.push(format!(
                "DO $$ BEGIN CREATE ROLE {owner} LOGIN CREATEROLE; EXCEPTION WHEN duplicate_object OR unique_violation THEN \
                 NULL; END $$"
            ));
            _ = write!(create, " OWNER {owner}");
        }
        statements.push(create);
        execute(&self.admin_url, &statements).await;
        match (&self.own, self.owner) {
            (Some(own), Some(owner)) => url(&own.folder, owner, &name),
            _ => with_database(&self.admin_url, &name),
        }
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        if let Some(own) = &mut self.own {
            drop(own.watchdog.stdin.take());
            _ = own.watchdog.wait();
        }
    }
}

/// A child that waits for the end of its input, then stops the server and removes its folder.
fn watch(programs: &Path, folder: &Path) -> Child {
    let script = "trap '' INT TERM HUP; cat >/dev/null; \"$1\" -D \"$2/data\" -m immediate -w stop; rm -rf \"$2\"";
    unprivileged(Path::new("sh"))
        .args(["-c", script, "sh"])
        .arg(programs.join("pg_ctl"))
        .arg(folder)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the watchdog can be started")
}

fn url(folder: &Path, user: &str, database: &str) -> String {
    format!("postgres://{user}@{}/{database}", folder.display().to_string().replace('/', "%2F"))
}

fn database_of(url: &str) -> &str {
    let path = url.rsplit_once('/').map_or(url, |(_, path)| path);
    path.split('?').next().unwrap_or(path)
}

fn with_database(url: &str, database: &str) -> String {
    let (start, path) = url.rsplit_once('/').expect("a URL has a path");
    match path.split_once('?') {
        Some((_, options)) => format!("{start}/{database}?{options}"),
        None => format!("{start}/{database}"),
    }
}

async fn execute(url: &str, statements: &[String]) {
    let (client, connection) =
        tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("the test server can be reached");
    let driver = tokio::spawn(connection);
    for statement in statements {
        client.batch_execute(statement).await.expect("the test server takes the statement");
    }
    drop(client);
    _ = driver.await;
}

//! The table of all options: documents, checks and the reader follow it.

/// What an option's value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Any text.
    Text,
    /// A path.
    Path,
    /// Address and port.
    Address,
    /// One of these.
    Choice(&'static [&'static str]),
    /// A whole number in this range.
    Number(u64, u64),
    /// `true` or `false`.
    Flag,
    /// Several, with commas between them; a list in TOML.
    List(&'static str),
}

impl Shape {
    /// For documents.
    pub fn name(self) -> String {
        match self {
            Self::Text => "text".into(),
            Self::Path => "path".into(),
            Self::Address => "address:port".into(),
            Self::Choice(all) => all.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", "),
            Self::Number(min, max) => format!("{min} to {max}"),
            Self::Flag => "`true`, `false`".into(),
            Self::List(of) => format!("{of}, with commas between"),
        }
    }
}

/// An option.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// Key in TOML; in capitals after `RAALLY_` it is the variable's name.
    pub key: &'static str,
    /// What it looks like.
    pub shape: Shape,
    /// In words.
    pub default: &'static str,
    /// In one or two sentences.
    pub meaning: &'static str,
}

const fn spec(key: &'static str, shape: Shape, default: &'static str, meaning: &'static str) -> Spec {
    Spec { key, shape, default, meaning }
}

use Shape::{Address, Choice, Flag, List, Number, Path, Text};

/// Every option.
pub const OPTIONS: [Spec; 35] = [
    spec("listen", Address, "`127.0.0.1:8080`", "Where to listen; port 0 takes a free one, which is printed."),
    spec("data_dir", Path, "`./data`", "Folder of the embedded database and of the keys; made when missing."),
    spec("database_url", Text, "`raally.db` in the data folder", "`postgres://…` for PostgreSQL, or `sqlite:PATH`."),
    spec(
        "log",
        Text,
        "`info`",
        "What is logged: `error`, `warn`, `info`, `debug`, `trace`, or a filter such as `info,raally_storage=debug`.",
    ),
    spec(
        "log_format",
        Choice(&["auto", "json", "pretty"]),
        "`auto`",
        "`auto` is pretty on a terminal and JSON elsewhere.",
    ),
    spec(
        "otlp_endpoint",
        Text,
        "none",
        "Collector that takes traces by OTLP over HTTP, `http://collector:4318`; `OTEL_EXPORTER_OTLP_ENDPOINT` counts too. None: no traces.",
    ),
    spec(
        "trace_ratio",
        Text,
        "`0.1`",
        "Share of the requests that are traced, from 0 to 1; a caller's `traceparent` decides for its own.",
    ),
    spec(
        "secret_key_file",
        Path,
        "`secret.key` in the data folder",
        "Key that encrypts secrets and personal text. Made at the first start; without it the data can't be read: keep a copy elsewhere.",
    ),
    spec(
        "audit_key_file",
        Path,
        "`audit.key` in the data folder",
        "Key that signs the checkpoints of the audit trail. Made at the first start.",
    ),
    spec(
        "backup_url",
        Text,
        "none",
        "Where `serve` ships a SQLite database, continuously: `file:///FOLDER` or `s3://BUCKET/FOLDER` with the usual `AWS_*` variables.",
    ),
    spec(
        "backup_recipients",
        List("public keys"),
        "none",
        "Whom backups are sealed to, `age1…` of `raallyctl backup-key`. None: the store holds the data as it is, and no keys.",
    ),
    spec(
        "backup_retention_days",
        Number(1, 3_650),
        "`30`",
        "How far back `raally restore --to-time` reaches; what only older moments need is removed.",
    ),
    spec(
        "backup_log_mebibytes_max",
        Number(16, 1_048_576),
        "`1024`",
        "How long SQLite's log may grow while the backup store does not answer; then the chain of backups begins anew.",
    ),
    spec(
        "sign_up",
        Choice(&["open", "link", "closed"]),
        "`open` when listening on loopback only, else `link`",
        "Who may sign up: everybody, whoever has a join link, nobody.",
    ),
    spec("public_url", Text, "none", "Where clients reach this server, `https://raally.example`."),
    spec("cors_origins", List("origins"), "none", "Web origins of others that may call the API from a browser."),
    spec("hosts", List("names"), "any", "Names that a request's `Host` may have."),
    spec(
        "trusted_proxies",
        List("networks"),
        "none",
        "Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed: `10.0.0.0/8`.",
    ),
    spec(
        "tls_cert",
        Path,
        "none",
        "Certificates in PEM, the server's own first. Together with the key: TLS and HTTP/2.",
    ),
    spec("tls_key", Path, "none", "The certificate's key in PEM."),
    spec(
        "rate_limit",
        Text,
        "`1200`",
        "Requests per minute of one user, or of one address where nobody is signed in; the web application's files are free; `off` for no limit.",
    ),
    spec("body_bytes_max", Number(1_024, 64 * 1024 * 1024), "`1048576`", "Largest JSON body, in bytes."),
    spec("request_timeout_seconds", Number(1, 600), "`30`", "Longest time for one request."),
    spec("concurrent_requests_max", Number(1, 100_000), "`2048`", "Requests in work at once; more are answered 503."),
    spec("connections_max", Number(1, 100_000), "`10000`", "Open connections; more wait."),
    spec(
        "drain_delay_seconds",
        Number(0, 120),
        "half a second",
        "From the end signal, when readiness turns red, to the closed listener: the time that a load balancer needs to notice.",
    ),
    spec("drain_seconds", Number(1, 600), "`10`", "From the closed listener until what still runs is cut off."),
    spec("metrics_private", Flag, "`false`", "Whether `/metrics` answers platform administrators only."),
    spec("docs_private", Flag, "`false`", "Whether the API's document is served to the signed in only."),
    spec("pool_size", Number(1, 1_000), "`16`", "Connections to PostgreSQL."),
    spec(
        "write_queue_max",
        Number(1, 1_000_000),
        "`4096`",
        "Writes that may wait for the embedded database, on PostgreSQL those of one workspace; more are answered 503.",
    ),
    spec("hashes_max", Number(1, 64), "`2`", "Passwords hashed at the same time; each takes 19 MiB."),
    spec("hashes_waiting_max", Number(1, 10_000), "`64`", "Sign-ins that may wait for that; more are answered 429."),
    spec("worker_threads", Number(1, 1_024), "one per processor", "Threads that answer requests."),
    spec("streams_per_user_max", Number(1, 1_000), "`8`", "Open event streams of one user."),
];

/// The variable of an option.
pub fn variable(key: &str) -> String {
    format!("RAALLY_{}", key.to_uppercase())
}

/// Variables with our prefix that are no options of the program: the file itself, the build, and the test run's own.
pub fn is_foreign(name: &str) -> bool {
    let rest = name.strip_prefix("RAALLY_").unwrap_or(name);
    matches!(rest, "CONFIG" | "BUILD" | "BIN" | "SHARED_DATA" | "QUOTA_FILE" | "URL" | "EMAIL" | "PASSWORD" | "API")
        || rest.starts_with("TEST_")
        || rest.starts_with("KILL_")
}

/// The known name that is nearest to a wrong one, if it is near.
pub fn suggestion(wrong: &str) -> Option<&'static str> {
    let near = OPTIONS.iter().map(|option| (distance(wrong, option.key), option.key)).min()?;
    (near.0 <= 1 + wrong.len() / 4).then_some(near.1)
}

/// Letters to put in, take out or replace. Source: Levenshtein 1966.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

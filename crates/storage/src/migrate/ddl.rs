//! Renders tables for both engines: types by token, partitions and row-level security on PostgreSQL.

/// Which engine a statement is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    Postgres,
}

/// Hash partitions of each large table.
const PARTITIONS: u32 = 8;

pub(super) const RECORD: &str = "INSERT INTO schema_migration (version, name, mode, oldest_safe_build, applied_at, applied_by) \
                                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

/// What the role of the works may do with a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grant {
    Read,
    ReadAndAppend,
    All,
}

/// One table.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// Columns and keys; `{id}`, `{int}`, `{text}` and `{bytes}` stand for the engine's types.
    pub(super) columns: String,
    /// Whether it has `workspace_id`, and with it row-level security.
    pub(super) tenant: bool,
    pub(super) partitioned: bool,
    pub(super) grant: Grant,
    /// Text after `CREATE [UNIQUE] INDEX name ON table`, with the name's last part first.
    pub(super) indexes: Vec<Index>,
}

/// One index.
pub(super) struct Index {
    pub(super) unique: bool,
    pub(super) suffix: &'static str,
    /// `(columns) WHERE …`
    pub(super) on: &'static str,
}

pub(super) const fn index(suffix: &'static str, on: &'static str) -> Index {
    Index { unique: false, suffix, on }
}

pub(super) const fn unique(suffix: &'static str, on: &'static str) -> Index {
    Index { unique: true, suffix, on }
}

fn types(dialect: Dialect, text: &str) -> String {
    let names = match dialect {
        Dialect::Sqlite => [("{id}", "BLOB"), ("{int}", "INTEGER"), ("{text}", "TEXT"), ("{bytes}", "BLOB")],
        // Bytes order, so that both engines sort alike.
        Dialect::Postgres => {
            [("{id}", "UUID"), ("{int}", "BIGINT"), ("{text}", "TEXT COLLATE \"C\""), ("{bytes}", "BYTEA")]
        }
    };
    names.into_iter().fold(text.to_owned(), |text, (token, name)| text.replace(token, name))
}

impl Table {
    pub(super) fn statements(&self, dialect: Dialect) -> Vec<String> {
        let Self { name, .. } = self;
        let columns = types(dialect, &self.columns);
        let mut all = Vec::new();
        let on_postgres = dialect == Dialect::Postgres;
        let by = if on_postgres && self.partitioned { " PARTITION BY HASH (workspace_id)" } else { "" };
        all.push(format!("CREATE TABLE {name} ({columns}){by}"));
        if on_postgres && self.partitioned {
            for part in 0..PARTITIONS {
                all.push(format!(
                    "CREATE TABLE {name}_p{part} PARTITION OF {name} FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {part})"
                ));
            }
        }
        for index in &self.indexes {
            let kind = if index.unique { "UNIQUE INDEX" } else { "INDEX" };
            all.push(format!("CREATE {kind} {name}_{} ON {name} {}", index.suffix, index.on));
        }
        if on_postgres {
            all.extend(self.protect());
        }
        all
    }

    fn protect(&self) -> Vec<String> {
        let Self { name, .. } = self;
        let role = crate::postgres::APP_ROLE;
        let rights = match self.grant {
            Grant::Read => "SELECT",
            Grant::ReadAndAppend => "SELECT, INSERT",
            Grant::All => "SELECT, INSERT, UPDATE, DELETE",
        };
        let mut all = vec![format!("GRANT {rights} ON {name} TO {role}")];
        if self.tenant {
            all.push(format!("ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"));
            all.push(format!("ALTER TABLE {name} FORCE ROW LEVEL SECURITY"));
            all.push(format!(
                "CREATE POLICY {name}_tenant ON {name} USING (CASE COALESCE(current_setting('raally.workspace', true), '') \
                 WHEN '*' THEN true WHEN '' THEN false \
                 ELSE workspace_id = current_setting('raally.workspace', true)::uuid END)"
            ));
            if self.partitioned {
                // Nobody is granted the partitions, but a wall that can be walked around is none.
                for part in 0..PARTITIONS {
                    all.push(format!("ALTER TABLE {name}_p{part} ENABLE ROW LEVEL SECURITY"));
                    all.push(format!("ALTER TABLE {name}_p{part} FORCE ROW LEVEL SECURITY"));
                }
            }
        }
        all
    }
}

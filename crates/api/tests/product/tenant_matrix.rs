//! Nobody reads or touches another workspace (TRUST T1–T4): generated from the table of operations and the OpenAPI
//! document, every operation × every kind of caller, and every slot that an id can stand in.

use std::collections::BTreeSet;

use http::Method;
use raally_api::{Access, Row, Settings, openapi, routes};
use raally_domain::access::{Grant, Permission, Permissions, Role, may};
use serde_json::{Value, json};

use crate::samples::{Sample, sample, variants};
use crate::support::{Call, Host, Seen, User, both, version};
use crate::world::{Company, platform_admin};

/// An id that nothing has.
const NOTHING: &str = "01960000-0000-7000-8000-00000000dead";

/// What the documents say of one operation.
struct Operation {
    row: Row,
    /// As in the OpenAPI document.
    spec: Value,
}

impl Operation {
    fn all() -> Vec<Self> {
        let operations = routes::operations();
        let document = openapi::document(&operations, &Settings::default());
        let rows = operations.rows().into_iter();
        rows.map(|row| {
            let method = row.method.as_str().to_ascii_lowercase();
            let spec = document["paths"][row.path][method.as_str()].clone();
            assert!(spec.is_object(), "{} is not in the document", row.id);
            Self { row, spec }
        })
        .collect()
    }

    fn parameters(&self, place: &str) -> Vec<&str> {
        let all = self.spec["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        all.iter().filter(|one| one["in"] == place).filter_map(|one| one["name"].as_str()).collect()
    }

    fn is_versioned(&self) -> bool {
        self.parameters("header").contains(&"If-Match")
    }

    /// The path with a company's own objects in it, and what its query can't be without.
    fn path(&self, company: &Company) -> String {
        let mut path = self.row.path.replace("/api/v1/workspaces/{workspaceId}", &company.path);
        for name in self.parameters("path").into_iter().filter(|name| *name != "workspaceId") {
            let value = match name {
                "validFrom" => "2026-01-01",
                "exportName" => "people",
                name => company.id(name).unwrap_or_else(|| panic!("{}: no sample of {name}", self.row.id)),
            };
            path = path.replace(&format!("{{{name}}}"), value);
        }
        let wanted = [("from", "2026-01-01"), ("to", "2026-12-31"), ("region", "DE"), ("name", "sheet.csv")];
        let mut known = self.parameters("query");
        let is_filter = self.row.id == "list_holidays";
        known.retain(|name| *name != "region" || !is_filter);
        let query: Vec<String> = wanted
            .iter()
            .filter(|(name, _)| known.contains(name))
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        format!("{path}?{}", query.join("&"))
    }

    fn call(&self, path: &str, sample: &Sample) -> Call {
        let call = Call::new(self.row.method.clone(), path);
        match sample {
            Sample::Nothing => call,
            Sample::Json(body) => call.json(body),
            Sample::File(media_type, bytes) => call.bytes(media_type, *bytes),
        }
    }
}

/// The matrix in the making.
struct Matrix {
    host: Host,
    home: Company,
    foreign: Company,
    operations: Vec<Operation>,
    rows: usize,
    faults: Vec<String>,
    number: usize,
    /// A member of the home company who is no owner.
    nobody: String,
}

impl Matrix {
    async fn make(host: Host) -> Self {
        let home = Company::make(&host, "CANARYHOME").await;
        let foreign = Company::make(&host, "CANARYAWAY").await;
        let nobody = home.member(&host, "viewer", "Nobody Special", Value::Null).await.id;
        Self { host, home, foreign, operations: Operation::all(), rows: 0, faults: Vec::new(), number: 0, nobody }
    }

    fn sample(&mut self, operation: &str) -> Sample {
        self.number += 1;
        let found = sample(operation, &self.home, self.number);
        found.unwrap_or_else(|| panic!("{operation} has no sample: add it to samples.rs"))
    }

    /// Every answer to a foreigner passes here: nothing of the other company may be in it.
    fn tap(&mut self, seen: &Seen, marker: &str) {
        let text = seen.text();
        let head = format!("{:?}", seen.headers);
        if text.contains(marker) || head.contains(marker) || text.contains(&marker.to_lowercase()) {
            self.faults.push(format!("{} leaks {marker}: {text}", seen.what));
        }
        if seen.status >= 500 {
            self.faults.push(format!("{}: {} {text}", seen.what, seen.status));
        }
    }

    fn expect(&mut self, who: &str, seen: &Seen, good: bool, wanted: &str) {
        self.rows += 1;
        if !good || seen.status >= 500 {
            let fault = format!("{who}: {} is {} and not {wanted}: {}", seen.what, seen.status, seen.text());
            self.faults.push(fault);
        }
    }

    /// One operation of the home company, called by somebody; a version that nothing has, so that nothing changes.
    async fn knock(&mut self, index: usize, host: &Host, token: Option<&str>) -> Seen {
        let id = self.operations[index].row.id;
        let sample = self.sample(id);
        let operation = &self.operations[index];
        let mut path = operation.path(&self.home);
        if path.starts_with("/api/v1/platform/") {
            path = path.replace(&self.home.owner.id, NOTHING).replace("{workspaceId}", NOTHING);
        }
        for slot in ["joinLinkId", "sessionId"] {
            path = path.replace(self.home.id(slot).unwrap(), NOTHING);
        }
        path = path.replace(&format!("/members/{}", self.home.owner.id), &format!("/members/{}", self.nobody));
        let mut call = operation.call(&path, &sample);
        if operation.is_versioned() {
            call = call.version(999_999);
        }
        if let Some(token) = token {
            call = call.bearer(token);
        }
        if id == "stream_events" {
            return host.head_of(call).await;
        }
        host.call(call).await
    }

    fn finish(&self, what: &str) {
        // Straight to the stream: the test harness swallows what passing tests print.
        use std::io::Write as _;
        _ = writeln!(std::io::stderr(), "tenant matrix: {} rows ({what})", self.rows);
        assert!(self.faults.is_empty(), "{} of {} rows:\n{}", self.faults.len(), self.rows, self.faults.join("\n"));
    }
}

/// Whether the answer says that the caller's right is not the reason for a refusal.
fn passed(seen: &Seen) -> bool {
    let code = || seen.json()["code"].as_str().unwrap_or("").to_owned();
    match seen.status {
        401 => ["/auth/sign-in", "/auth/refresh"].iter().any(|path| seen.what.contains(path)),
        403 => code() == "not-yours",
        404 if seen.what.contains("/audit/checkpoint") => true, // nothing is sealed here
        404 => seen.what.contains(NOTHING) || !seen.what.starts_with("GET"),
        _ => true,
    }
}

both!(every_operation_answers_every_caller_by_the_written_rules);
async fn every_operation_answers_every_caller_by_the_written_rules(host: Host) {
    let mut matrix = Matrix::make(host.clone()).await;
    let mut members: Vec<(String, User, Role, Permissions)> = Vec::new();
    for role in Role::ALL {
        let user = matrix.home.member(&host, role.name(), &format!("Home {}", role.name()), Value::Null).await;
        members.push((role.name().to_owned(), user, role, Permissions::NONE));
    }
    for role in [Role::ResourceManager, Role::ProjectManager, Role::Viewer] {
        let change = json!({"permissions": ["pay:read"]});
        let user = matrix.home.member(&host, role.name(), &format!("Paid {}", role.name()), change).await;
        let pay = Permissions::NONE.with(Permission::PayRead);
        members.push((format!("{} with pay:read", role.name()), user, role, pay));
    }
    let later = host.beside().await.ahead(660);
    let strangers = strangers(&matrix, &host).await;
    let admin = platform_admin(&host).await;
    for index in 0..matrix.operations.len() {
        let access = matrix.operations[index].row.access;
        for (who, host, token) in [
            ("anonymous", &host, None),
            ("garbage", &host, Some("eyJhbGciOiJub25lIn0.e30.")),
            ("expired", &later, Some(matrix.home.owner.token.clone()).as_deref()),
        ] {
            let seen = matrix.knock(index, host, token).await;
            let good = if access == Access::Public { passed(&seen) } else { seen.status == 401 };
            matrix.expect(who, &seen, good, "401");
            matrix.tap(&seen, "CANARYHOME");
        }
        match access {
            Access::Public => {}
            Access::SignedIn => {
                let user = host.sign_up(&format!("Anybody {index}")).await;
                let seen = matrix.knock(index, &host, Some(&user.token)).await;
                let good = passed(&seen);
                matrix.expect("anybody", &seen, good, "let through");
                matrix.tap(&seen, "CANARYHOME");
            }
            Access::PlatformAdmin => {
                let owner = matrix.home.owner.clone();
                let seen = matrix.knock(index, &host, Some(&owner.token)).await;
                let denied = seen.status == 403;
                matrix.expect("owner", &seen, denied, "403");
                let seen = matrix.knock(index, &host, Some(&admin.token)).await;
                let good = passed(&seen);
                matrix.expect("platform-admin", &seen, good, "let through");
            }
            Access::Workspace(action) => {
                for (who, user, role, permissions) in &members {
                    let seen = matrix.knock(index, &host, Some(&user.token)).await;
                    let grant = may(*role, *permissions, action);
                    let good = if grant == Grant::No { seen.status == 403 } else { passed(&seen) };
                    matrix.expect(who, &seen, good, &format!("{grant:?}"));
                    matrix.tap(&seen, "CANARYAWAY");
                }
                for (who, user) in strangers.iter().chain([&("platform-admin".to_owned(), admin.clone())]) {
                    let seen = matrix.knock(index, &host, Some(&user.token)).await;
                    let not_found = seen.status == 404 && seen.json()["code"] == "not-found";
                    matrix.expect(who, &seen, not_found, "404");
                    matrix.tap(&seen, "CANARYHOME");
                }
            }
        }
    }
    matrix.finish("callers");
}

/// People who once belonged, or never did.
async fn strangers(matrix: &Matrix, host: &Host) -> Vec<(String, User)> {
    let home = &matrix.home;
    let suspended = home.member(host, "admin", "Susi Suspended", json!({"status": "suspended"})).await;
    let removed = home.member(host, "admin", "Remo Removed", Value::Null).await;
    host.delete(&format!("{}/members/{}", home.path, removed.id), &home.owner, 1).await.gone();
    let viewer = matrix.foreign.member(host, "viewer", "Away Viewer", Value::Null).await;
    vec![
        ("owner of another".into(), matrix.foreign.owner.clone()),
        ("viewer of another".into(), viewer),
        ("suspended".into(), suspended),
        ("removed".into(), removed),
    ]
}

both!(a_removed_workspace_answers_as_one_that_never_was);
async fn a_removed_workspace_answers_as_one_that_never_was(host: Host) {
    let mut matrix = Matrix::make(host.clone()).await;
    let owner = matrix.home.owner.clone();
    host.delete(&matrix.home.path, &owner, 2).await.gone();
    let never = Company {
        marker: "NEVER",
        path: format!("/api/v1/workspaces/{NOTHING}"),
        owner: owner.clone(),
        ids: matrix.home.ids.clone(),
    };
    for index in 0..matrix.operations.len() {
        if !matches!(matrix.operations[index].row.access, Access::Workspace(_)) {
            continue;
        }
        let seen = matrix.knock(index, &host, Some(&owner.token)).await;
        let path = std::mem::replace(&mut matrix.home.path, never.path.clone());
        let nothing = matrix.knock(index, &host, Some(&owner.token)).await;
        matrix.home.path = path;
        let same = (seen.status, &seen.body) == (nothing.status, &nothing.body) && seen.status == 404;
        matrix.expect("owner of a removed workspace", &seen, same, "404");
        matrix.tap(&seen, "CANARYHOME");
    }
    matrix.finish("removed workspace");
}

/// Where in a document a company's own ids stand, with the name of the slot.
fn slots(company: &Company, value: &Value, pointer: &str, name: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) if company.ids.iter().any(|(_, id)| id == text) => {
            let by_name = company.id(name).is_some();
            let known = company.ids.iter().find(|(_, id)| id == text).map_or("", |(name, _)| name);
            found.push((pointer.to_owned(), if by_name { name } else { known }.to_owned()));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                slots(company, item, &format!("{pointer}/{index}"), name, found);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                slots(company, member, &format!("{pointer}/{key}"), key, found);
            }
        }
        _ => {}
    }
}

impl Matrix {
    /// Calls with the other company's id in one slot, and with one that nothing has: both must answer alike.
    async fn compare(&mut self, slot: &str, foreign: &str, call: impl Fn(&str) -> Call) {
        let owner = self.home.owner.clone();
        let mut seen = Vec::new();
        for id in [foreign, NOTHING] {
            seen.push(self.host.call(call(id).by(&owner)).await);
        }
        let plain = |seen: &Seen| {
            let text = seen.text().replace(foreign, "ID").replace(NOTHING, "ID");
            let shape: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
            let is_compared = seen.status >= 300 || shape["results"].is_array();
            (seen.status, if is_compared { shape } else { Value::Null })
        };
        let same = plain(&seen[0]) == plain(&seen[1]);
        let wanted = format!("as for nothing: {} {}", seen[1].status, seen[1].text());
        let first = seen.swap_remove(0);
        self.expect(&format!("slot {slot}"), &first, same, &wanted);
        self.tap(&first, "CANARYAWAY");
        let is_bulk = first.text().starts_with("{\"results\"");
        if first.status < 300 && !is_bulk && first.text().contains(foreign) && !first.what.contains(foreign) {
            self.faults.push(format!("slot {slot}: {} took a foreign id: {}", first.what, first.text()));
        }
    }

    /// The version that a versioned operation must name now.
    async fn version_of(&self, index: usize) -> i64 {
        let operation = &self.operations[index];
        if !operation.is_versioned() {
            return 0;
        }
        let path = operation.path(&self.home);
        let inside = path.trim_start_matches(&self.home.path).trim_start_matches('/').split('?').next().unwrap_or("");
        let parts: Vec<&str> = inside.split('/').take(2).collect();
        let seen = self.host.get(&format!("{}/{}", self.home.path, parts.join("/")), &self.home.owner).await;
        version(&seen.ok())
    }

    async fn paths(&mut self, index: usize) {
        let id = self.operations[index].row.id;
        let names: Vec<String> = self.operations[index].parameters("path").into_iter().map(str::to_owned).collect();
        for name in names.iter().filter(|name| !["workspaceId", "validFrom", "exportName"].contains(&name.as_str())) {
            let sample = self.sample(id);
            let at = self.version_of(index).await;
            let own = self.home.id(name).unwrap().to_owned();
            let foreign = self.foreign.id(name).unwrap_or_else(|| panic!("no sample of {name}")).to_owned();
            let operation = &self.operations[index];
            let (path, versioned) = (operation.path(&self.home), operation.is_versioned());
            let call = operation.call("/", &sample);
            self.compare(&format!("{id} path {name}"), &foreign, |id| {
                let call = call.clone().at(&path.replace(&own, id));
                if versioned { call.version(at) } else { call }
            })
            .await;
        }
    }

    async fn bodies(&mut self, index: usize) {
        let id = self.operations[index].row.id;
        let mut bodies = variants(id, &self.home);
        if let Sample::Json(body) = self.sample(id) {
            bodies.push(body);
        }
        for body in bodies {
            let mut found = Vec::new();
            slots(&self.home, &body, "", "", &mut found);
            for (pointer, name) in found {
                let at = self.version_of(index).await;
                let foreign = self.foreign.id(&name).unwrap_or_else(|| panic!("{id}: no foreign {name}")).to_owned();
                let operation = &self.operations[index];
                let (path, versioned) = (operation.path(&self.home), operation.is_versioned());
                let call = operation.call(&path, &Sample::Nothing);
                self.compare(&format!("{id} body {pointer}"), &foreign, |id| {
                    let mut body = body.clone();
                    *body.pointer_mut(&pointer).unwrap() = id.into();
                    let call = call.clone().json(&body);
                    if versioned { call.version(at) } else { call }
                })
                .await;
            }
        }
    }

    async fn queries(&mut self, index: usize) {
        let id = self.operations[index].row.id;
        if self.operations[index].row.method != Method::GET || id == "stream_events" {
            return;
        }
        let is_of_platform = self.operations[index].row.access == Access::PlatformAdmin;
        let names: Vec<String> = self.operations[index].parameters("query").into_iter().map(str::to_owned).collect();
        let path = self.operations[index].path(&self.home);
        for name in names.iter().filter(|name| name.ends_with("Id") || *name == "skill") {
            let foreign = if name == "importId" { self.foreign.id("personId") } else { self.foreign.id(name) };
            let foreign = foreign.unwrap_or_else(|| panic!("{id}: no sample of {name}")).to_owned();
            let call = |value: &str| Call::new(Method::GET, &format!("{path}&{name}={value}"));
            self.compare(&format!("{id} query {name}"), &foreign, call).await;
        }
        if names.iter().any(|name| name == "cursor") && !is_of_platform {
            let theirs = self.operations[index].path(&self.foreign);
            let first = self.host.get(&format!("{theirs}&limit=1"), &self.foreign.owner).await.ok();
            let cursor = first["nextCursor"].as_str().unwrap_or_else(|| panic!("{id}: the other company has one page"));
            let cursor = cursor.to_owned();
            let call = |value: &str| Call::new(Method::GET, &format!("{path}&cursor={value}"));
            self.compare(&format!("{id} cursor"), &cursor, call).await;
        }
    }
}

both!(a_foreign_id_answers_as_one_that_does_not_exist_in_every_slot);
async fn a_foreign_id_answers_as_one_that_does_not_exist_in_every_slot(host: Host) {
    let mut matrix = Matrix::make(host).await;
    for index in 0..matrix.operations.len() {
        matrix.paths(index).await;
        matrix.bodies(index).await;
        matrix.queries(index).await;
    }
    matrix.finish("slots");
    let still = matrix.host.get(&format!("{}/people", matrix.foreign.path), &matrix.foreign.owner).await.ok();
    assert_eq!(still["items"].as_array().unwrap().len(), 2, "the other company is as it was");
}

#[test]
fn every_operation_has_a_row_and_every_documented_path_an_operation() {
    let ids: BTreeSet<&str> = Operation::all().iter().map(|operation| operation.row.id).collect();
    assert_eq!(ids.len(), Operation::all().len());
    assert!(ids.len() > 100, "{} operations", ids.len());
}

//! A signed-up company with people and a project: what requests are about.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::http::{Answer, Request, ask};

pub const EMAIL: &str = "ana@agency.example";
pub const PASSWORD: &str = "tres tristes tigres comen";
const PEOPLE: usize = 12;

/// Who asks, and about what.
#[derive(Clone, Debug)]
pub struct Company {
    pub token: String,
    pub workspace: String,
    pub people: Vec<String>,
    pub project: String,
}

impl Company {
    /// Signs up and makes a workspace with people and a project.
    pub fn found(address: SocketAddr) -> Self {
        let body = json!({"email": EMAIL, "password": PASSWORD, "name": "Ana"});
        let token = text(&ask(address, &Request::post("/api/v1/auth/sign-up", body)).expect(201), "accessToken");
        let mut company = Self { token, workspace: String::new(), people: Vec::new(), project: String::new() };
        let made = company.ask(address, Request::post("/api/v1/workspaces", json!({"name": "Agency"})));
        company.workspace = text(&made.expect(201), "id");
        let project = company.ask(address, company.post("projects", json!({"name": "Shop", "code": "P-1"})));
        company.project = text(&project.expect(201), "id");
        for number in 0..PEOPLE {
            let person = json!({"name": format!("Person {number}"), "weeklyMinutes": 2400});
            let made = company.ask(address, company.post("people", person));
            company.people.push(text(&made.expect(201), "id"));
        }
        company
    }

    /// The same company with a new access token.
    pub fn sign_in(&mut self, address: SocketAddr) -> Value {
        let body = json!({"email": EMAIL, "password": PASSWORD});
        let tokens = ask(address, &Request::post("/api/v1/auth/sign-in", body)).expect(200);
        self.token = text(&tokens, "accessToken");
        tokens
    }

    /// A path in the workspace.
    pub fn path(&self, below: &str) -> String {
        format!("/api/v1/workspaces/{}/{below}", self.workspace)
    }

    pub fn get(&self, below: &str) -> Request {
        Request { token: Some(self.token.clone()), ..Request::get(self.path(below)) }
    }

    pub fn post(&self, below: &str, body: Value) -> Request {
        Request { token: Some(self.token.clone()), ..Request::post(self.path(below), body) }
    }

    /// With the token, answered.
    pub fn ask(&self, address: SocketAddr, request: Request) -> Answer {
        ask(address, &Request { token: Some(self.token.clone()), ..request })
    }

    /// Creates an object that carries its idempotency key as a note: mostly assignments, sometimes a person.
    pub fn creation(&self, key: &str, number: usize) -> Request {
        let request = if number.is_multiple_of(5) {
            self.post("people", json!({"name": format!("New {number}"), "notes": key, "weeklyMinutes": 2400}))
        } else {
            let (month, day) = (1 + number / 28 % 12, 1 + number % 28);
            let day = format!("2026-{month:02}-{day:02}");
            let effort = json!({"form": "hours-per-day", "minutesPerDay": 30});
            let person = &self.people[number % self.people.len()];
            self.post(
                "assignments?onClash=allow",
                json!({"personId": person, "projectId": self.project, "startsOn": day, "endsOn": day,
                       "effort": effort, "note": key}),
            )
        };
        Request { key: Some(key.to_owned()), ..request }
    }

    /// Every object of a kind, page by page.
    pub fn all(&self, address: SocketAddr, kind: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.ask(address, self.get(&format!("{kind}?limit=200{cursor}"))).expect(200);
            all.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return all,
            }
        }
    }
}

/// A text out of a document.
pub fn text(document: &Value, name: &str) -> String {
    document[name].as_str().unwrap_or_else(|| panic!("{name} in {document}")).to_owned()
}

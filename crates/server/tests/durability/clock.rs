//! The clock of the machine jumps by a day between two starts (TRUST.md P7): order comes from positions, times of
//! recording never run backwards, and tokens are refused or taken as their times say, never with an error.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::company::{Company, text};
use crate::http::{Answer, Request, ask};
use crate::installation::{Installation, Serve, say};
use crate::load::marks;
use crate::proof;

const DAY_S: i64 = 86_400;

/// The installation with a clock that is moved. None without a C compiler.
pub fn moved(installation: &Installation, seconds: i64) -> Option<Installation> {
    let library = shim()?.to_string_lossy();
    Some(installation.beside().with("LD_PRELOAD", library).with("CLOCK_OFFSET_SECONDS", seconds.to_string()))
}

/// Compiles the shim, once.
fn shim() -> Option<&'static Path> {
    static LIBRARY: OnceLock<Option<PathBuf>> = OnceLock::new();
    let compile = || {
        let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("clock-{}.so", std::process::id()));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/durability/clock.c");
        let mut compiler = Command::new("cc");
        let Ok(output) = compiler.args(["-O1", "-shared", "-fPIC", "-o"]).arg(&library).arg(source).output() else {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "no C compiler");
            say("skipped: a clock that jumps; no C compiler");
            return None;
        };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Some(library)
    };
    LIBRARY.get_or_init(compile).as_deref()
}

#[test]
fn a_clock_that_jumps_by_a_day_never_turns_the_log_back_and_tokens_follow_it() {
    let installation = Installation::sqlite();
    if shim().is_none() {
        return;
    }
    let at = |offset_s: i64| moved(&installation, offset_s).unwrap();
    let server = at(0).serve();
    let mut company = Company::found(server.address);
    let mut tokens = company.sign_in(server.address);
    let mut last = step(&company, &server, 0, None);
    server.stop();
    for (number, offset_s) in [-DAY_S, DAY_S, 0, -DAY_S, 0].into_iter().enumerate() {
        let server = at(offset_s).serve();
        let old = company.ask(server.address, Request::get("/api/v1/auth/me"));
        // Early or expired, but never taken: each jump is longer than an access token's life.
        assert_eq!(old.status, 401, "{old:?}");
        tokens = refreshed_or_signed_in(&mut company, &server, &tokens);
        last = step(&company, &server, number + 1, Some(&last));
        server.stop();
    }
    let server = at(0).serve();
    company.sign_in(server.address);
    assert_eq!(marks(&company, server.address).len(), 6, "one of each step");
    server.stop();
    proof::holds(&at(0));
    say("the clock jumped 5 times by a day or two; times of recording never ran backwards");
}

/// A refresh token works after a jump, or signing in does.
fn refreshed_or_signed_in(company: &mut Company, server: &Serve, tokens: &Value) -> Value {
    let body = json!({"refreshToken": tokens["refreshToken"]});
    let answer: Answer = ask(server.address, &Request::post("/api/v1/auth/refresh", body));
    assert!(matches!(answer.status, 200 | 401), "{answer:?}");
    if answer.status == 401 {
        say(&format!("refresh after a jump: {}", answer.body));
        return company.sign_in(server.address);
    }
    let tokens = answer.json();
    company.token = text(&tokens, "accessToken");
    tokens
}

/// Creates and changes something; the newest time of recording, which must not be before the last one.
fn step(company: &Company, server: &Serve, number: usize, last: Option<&str>) -> String {
    let key = format!("key-{number}");
    let create = company.creation(&key, number + 1);
    let made = ask(server.address, &create);
    made.expect(201);
    assert_eq!(ask(server.address, &create).body, made.body, "the same key, the stored answer");
    let events = company.ask(server.address, company.get("audit-events?limit=200")).expect(200);
    let mut times: Vec<(i64, String)> = events["items"].as_array().unwrap().iter().map(recorded).collect();
    times.sort();
    assert!(times.windows(2).all(|pair| pair[0].1 <= pair[1].1), "{times:#?}");
    let newest = times.last().unwrap().1.clone();
    assert!(last.is_none_or(|last| last <= newest.as_str()), "{last:?} {newest}");
    newest
}

/// Position, and the instant in a form that sorts.
fn recorded(event: &Value) -> (i64, String) {
    let at: jiff::Timestamp = event["recordedAt"].as_str().unwrap().parse().unwrap();
    (event["position"].as_i64().unwrap(), format!("{at:.6}"))
}

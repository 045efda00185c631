//! The workspaces that are measured: who is in them is decided by numbers alone, so that each run
//! measures the same plan.

use std::fmt::Write;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::http::{Answer, Client};

pub const MAIL: &str = "bench@raally.test";
pub const PASSWORD: &str = "yardsticks measure rods and poles";
/// Every assignment lies in this year.
pub const YEAR: i16 = 2026;

/// How large a workspace is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub people: usize,
    pub projects: usize,
    pub assignments: usize,
}

/// Rows of one file: well below the 64 MiB that an import takes.
const SHEET_ROWS: usize = 250_000;

pub const SMALL: Size = Size { people: 200, projects: 50, assignments: 5_000 };
pub const QUARTER: Size = Size { people: 1_000, projects: 200, assignments: 100_000 };

/// A filled workspace.
pub struct Workspace {
    /// `/api/v1/workspaces/{id}`.
    pub path: String,
    pub id: String,
    pub people: Vec<String>,
    pub projects: Vec<String>,
    pub assignments: Vec<String>,
}

/// Makes the user that all of this belongs to.
pub fn sign_up(client: &mut Client) -> Result<(), String> {
    let user = json!({ "email": MAIL, "password": PASSWORD, "name": "Bench" });
    wanted("sign up", client.post("/api/v1/auth/sign-up", &user)).map(drop)
}

/// A fresh access token, which `client` then sends.
pub fn sign_in(client: &mut Client) -> Result<String, String> {
    let user = json!({ "email": MAIL, "password": PASSWORD });
    let answer = wanted("sign in", client.post("/api/v1/auth/sign-in", &user))?;
    let token = answer["accessToken"].as_str().unwrap_or_default().to_owned();
    client.authorise(&token);
    Ok(token)
}

/// A workspace filled by single requests; `onClash` is not asked for, because nobody is overbooked.
pub fn by_requests(client: &mut Client, name: &str, size: Size) -> Result<Workspace, String> {
    let mut workspace = empty(client, name)?;
    for person in 0..size.people {
        let body = json!({ "name": person_name(person), "email": person_mail(person) });
        workspace.people.push(create(client, &workspace.path, "people", &body)?);
    }
    for project in 0..size.projects {
        let body = json!({ "name": format!("Project {project}"), "code": project_code(project) });
        workspace.projects.push(create(client, &workspace.path, "projects", &body)?);
    }
    for number in 0..size.assignments {
        let booking = Booking::of(number, size);
        let body = json!({
            "personId": workspace.people[booking.person],
            "projectId": workspace.projects[booking.project],
            "startsOn": booking.starts_on, "endsOn": booking.ends_on,
            "effort": { "form": "hours-per-day", "minutesPerDay": booking.minutes_per_day },
        });
        workspace.assignments.push(create(client, &workspace.path, "assignments", &body)?);
    }
    Ok(workspace)
}

/// A workspace filled by `raally import`; the ids of its assignments are read back by pages.
pub fn by_import(
    client: &mut Client,
    raally: impl Fn() -> Command,
    folder: &Path,
    name: &str,
    size: Size,
) -> Result<Workspace, String> {
    let mut workspace = empty(client, name)?;
    for from in (0..size.assignments).step_by(SHEET_ROWS) {
        let rows = from..size.assignments.min(from + SHEET_ROWS);
        let file = folder.join(format!("{name}-{from}.csv"));
        fs::write(&file, sheet(size, rows)).map_err(|error| format!("{}: {error}", file.display()))?;
        let mut import = raally();
        import.arg("import").arg(&file).args(["--workspace", &workspace.id, "--json"]);
        let output = import.output().map_err(|error| format!("raally import: {error}"))?;
        if !output.status.success() {
            return Err(format!("raally import: {}", String::from_utf8_lossy(&output.stdout)));
        }
    }
    workspace.people = ids(client, &workspace.path, "people")?;
    workspace.projects = ids(client, &workspace.path, "projects")?;
    workspace.assignments = ids(client, &workspace.path, "assignments")?;
    Ok(workspace)
}

/// Attention is spread evenly: each person has work all year, at most seven hours a day.
struct Booking {
    person: usize,
    project: usize,
    starts_on: String,
    ends_on: String,
    minutes_per_day: usize,
}

impl Booking {
    fn of(number: usize, size: Size) -> Self {
        let each = size.assignments.div_ceil(size.people);
        // One week each, and as many on top of each other as 52 weeks can't hold side by side.
        let layers = each.div_ceil(52);
        let turn = number / size.people;
        let week = turn % 52;
        let (month, day) = month_and_day(5 + week * 7);
        let (last_month, last_day) = month_and_day(5 + week * 7 + 4);
        let last_year = YEAR + i16::from(last_month < month);
        Self {
            person: number % size.people,
            project: (number * 7 + turn) % size.projects,
            starts_on: format!("{YEAR}-{month:02}-{day:02}"),
            ends_on: format!("{last_year}-{last_month:02}-{last_day:02}"),
            minutes_per_day: (420 / layers).max(1),
        }
    }
}

/// The month and day of the `day`-th day of a year of 365 days, counted from 1.
fn month_and_day(day: usize) -> (usize, usize) {
    const MONTHS: [usize; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut rest = (day - 1) % 365;
    for (month, days) in MONTHS.iter().enumerate() {
        if rest < *days {
            return (month + 1, rest + 1);
        }
        rest -= days;
    }
    (12, 31)
}

/// A row per assignment, with the headers that an import suggests by itself.
fn sheet(size: Size, rows: Range<usize>) -> String {
    let mut text = "External id,Person,Email,Project code,Project,Start,End,Hours per day\n".to_owned();
    for number in rows {
        let booking = Booking::of(number, size);
        let (person, project) = (booking.person, booking.project);
        writeln!(
            text,
            "A-{number},{},{},{},Project {project},{},{},{:.2}",
            person_name(person),
            person_mail(person),
            project_code(project),
            booking.starts_on,
            booking.ends_on,
            booking.minutes_per_day as f64 / 60.0,
        )
        .expect("a string takes every write");
    }
    text
}

fn person_name(number: usize) -> String {
    format!("Person {number:04}")
}

fn person_mail(number: usize) -> String {
    format!("person{number:04}@raally.test")
}

fn project_code(number: usize) -> String {
    format!("P-{number:03}")
}

fn empty(client: &mut Client, name: &str) -> Result<Workspace, String> {
    let body = json!({ "name": name });
    let answer = wanted("create a workspace", client.post("/api/v1/workspaces", &body))?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    Ok(Workspace {
        path: format!("/api/v1/workspaces/{id}"),
        id,
        people: Vec::new(),
        projects: Vec::new(),
        assignments: Vec::new(),
    })
}

fn create(client: &mut Client, path: &str, what: &str, body: &Value) -> Result<String, String> {
    let answer = wanted(what, client.post(&format!("{path}/{what}"), body))?;
    Ok(answer["id"].as_str().unwrap_or_default().to_owned())
}

/// The ids of the first ten thousand objects: enough to spread the load over.
fn ids(client: &mut Client, path: &str, what: &str) -> Result<Vec<String>, String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    while ids.len() < 10_000 {
        let page = format!("{path}/{what}?limit=200{cursor}");
        let answer = wanted(what, client.get(&page))?;
        let items = answer["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        ids.extend(items.iter().filter_map(|item| Some(item["id"].as_str()?.to_owned())));
        match answer["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    Ok(ids)
}

fn wanted(what: &str, answer: std::io::Result<Answer>) -> Result<Value, String> {
    let answer = answer.map_err(|error| format!("{what}: {error}"))?;
    if matches!(answer.status, 200 | 201) {
        Ok(answer.body)
    } else {
        Err(format!("{what}: {} {}", answer.status, answer.body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_booked_for_more_than_seven_hours() {
        for size in [SMALL, QUARTER] {
            let mut minutes = std::collections::HashMap::<_, usize>::new();
            for number in 0..size.assignments {
                let booking = Booking::of(number, size);
                let day = (booking.person, booking.starts_on);
                *minutes.entry(day).or_default() += booking.minutes_per_day;
            }
            assert!(minutes.values().all(|minutes| *minutes <= 420));
        }
    }

    #[test]
    fn days_of_the_year_are_counted_from_one() {
        assert_eq!(month_and_day(1), (1, 1));
        assert_eq!(month_and_day(60), (3, 1));
        assert_eq!(month_and_day(365), (12, 31));
        assert_eq!(month_and_day(366), (1, 1));
    }
}

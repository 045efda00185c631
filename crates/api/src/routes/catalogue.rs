//! Clients, teams, skills, roles, calendars, holidays.

use jiff::civil::Date;
use raally_application::App;
use raally_domain::access::Action;
use raally_domain::event::{From as FromDate, RoleEvent};
use raally_domain::model::{Calendar, Client, Holiday, Money, Role, RoleMoney, RoleRate, Skill, Team};
use raally_storage::{Op, OrderBy, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::convert::{answer, caller};
use super::resource::{Filters, ListQuery, resource};
use crate::answer::Answer;
use crate::gate::Access;
use crate::operation::Operation;
use crate::operations::Operations;
use crate::problem::Problem;

pub(crate) fn add(ops: &mut Operations<App>) {
    use Action::{EditPeople, ReadPlan};
    let by_name = OrderBy::SortKey;
    resource!(
        ops,
        Client,
        ListQuery,
        by_name,
        ReadPlan,
        Action::EditProjects,
        "clients",
        "client",
        "clientId",
        "Clients",
        "clients",
        "client"
    );
    resource!(ops, Team, ListQuery, by_name, ReadPlan, EditPeople, "teams", "team", "teamId", "Teams", "teams", "team");
    resource!(
        ops, Skill, ListQuery, by_name, ReadPlan, EditPeople, "skills", "skill", "skillId", "Skills", "skills", "skill"
    );
    resource!(ops, Role, ListQuery, by_name, ReadPlan, EditPeople, "roles", "role", "roleId", "Roles", "roles", "role");
    resource!(
        ops,
        Calendar,
        ListQuery,
        by_name,
        ReadPlan,
        EditPeople,
        "calendars",
        "calendar",
        "calendarId",
        "Calendars",
        "calendars",
        "calendar"
    );
    resource!(
        ops,
        Holiday,
        HolidayQuery,
        by_name,
        ReadPlan,
        EditPeople,
        "holidays",
        "holiday",
        "holidayId",
        "Holidays",
        "holidays",
        "holiday"
    );
    add_role_rates(ops);
    add_holiday_loading(ops);
}

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct HolidayQuery {
    /// Of this region only.
    region: Option<String>,
    /// On or after this day.
    from: Option<Date>,
    /// On or before this day.
    to: Option<Date>,
    /// Deleted ones: left out, alone, or with the others.
    deleted: Option<super::resource::DeletedQuery>,
}

impl Filters for HolidayQuery {
    fn list(&self) -> ListQuery {
        ListQuery { deleted: self.deleted, ..ListQuery::default() }
    }
    fn apply(&self, mut query: Query) -> Query {
        if let Some(region) = &self.region {
            query = query.filter("region", Op::Eq, region.clone());
        }
        if let Some(from) = self.from {
            query = query.filter("on_day", Op::Ge, raally_domain::rules::day_of(from));
        }
        if let Some(to) = self.to {
            query = query.filter("on_day", Op::Le, raally_domain::rules::day_of(to));
        }
        query
    }
}

/// What an hour of a role is billed at and costs.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RoleRateBody {
    /// Billed per hour.
    #[serde(default)]
    bill_per_hour: Option<Money>,
    /// Cost per hour, for those whose pay is not known and for placeholders.
    #[serde(default)]
    cost_per_hour: Option<Money>,
}

fn add_role_rates(ops: &mut Operations<App>) {
    const ALL: &str = "/api/v1/workspaces/{workspaceId}/roles/{roleId}/rates";
    const ONE: &str = "/api/v1/workspaces/{workspaceId}/roles/{roleId}/rates/{validFrom}";
    let operation = Operation::get(ALL)
        .id("list_role_rates")
        .tag("Roles")
        .summary("What an hour of the role is billed at; what it costs only for those who see pay")
        .access(Access::Workspace(Action::ReadMoney))
        .as_of()
        .ok::<RoleMoney>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let (version, mut money) = app.read_money::<Role>(&caller, input.id("roleId")?, input.as_of).await?;
        if !caller.sees_pay() {
            for rate in &mut money.rates {
                rate.cost_per_hour = None;
            }
        }
        Ok(Answer::value(&money)?.version(version))
    });
    let operation = Operation::put(ONE)
        .id("set_role_rate")
        .tag("Roles")
        .summary("Set the rates from a date on")
        .access(Access::Workspace(Action::EditPay))
        .body::<RoleRateBody>()
        .ok_document::<Role>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let (id, version, valid_from) = (input.id("roleId")?, input.version()?, date(input.segment("validFrom")?)?);
        let RoleRateBody { bill_per_hour, cost_per_hour } = input.body;
        let wanted = vec![RoleEvent::RateSet(RoleRate { valid_from, bill_per_hour, cost_per_hour })];
        Ok(answer(app.record::<Role>(&caller, id, version, wanted).await?, ""))
    });
    let operation = Operation::delete(ONE)
        .id("clear_role_rate")
        .tag("Roles")
        .summary("Take the rates of a date back")
        .access(Access::Workspace(Action::EditPay))
        .ok_document::<Role>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let (id, version, valid_from) = (input.id("roleId")?, input.version()?, date(input.segment("validFrom")?)?);
        let wanted = vec![RoleEvent::RateCleared(FromDate { valid_from })];
        Ok(answer(app.record::<Role>(&caller, id, version, wanted).await?, ""))
    });
}

/// A date in a path; anything else is not found.
pub(crate) fn date(text: &str) -> Result<Date, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// Which days to load.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LoadHolidays {
    /// `DE`, `DE-BE`, `US-CA`.
    region: String,
    /// Years, each once.
    years: Vec<i16>,
}

/// What was loaded.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Loaded {
    /// New days.
    created: usize,
    /// Days that were there already, however they are observed.
    unchanged: usize,
}

/// Regions with built-in public holidays.
#[derive(Debug, Serialize, JsonSchema)]
struct Regions {
    /// Codes, ordered.
    items: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
struct RegionQuery {
    /// What the region of the file is called here.
    region: String,
}

fn add_holiday_loading(ops: &mut Operations<App>) {
    let operation = Operation::get("/api/v1/workspaces/{workspaceId}/holidays/regions")
        .id("list_holiday_regions")
        .tag("Holidays")
        .summary("Regions whose public holidays are built in")
        .access(Access::Workspace(Action::ReadPlan))
        .ok::<Regions>();
    ops.add(
        operation,
        |_, _, _| async move { Answer::value(&Regions { items: raally_application::holidays::regions()? }) },
    );
    let operation = Operation::post("/api/v1/workspaces/{workspaceId}/holidays/load")
        .id("load_holidays")
        .tag("Holidays")
        .summary("Load the public holidays of a region for some years")
        .access(Access::Workspace(Action::EditPeople))
        .body::<LoadHolidays>()
        .ok::<Loaded>();
    ops.add(operation, |app: App, ctx, input| async move {
        let caller = caller(&ctx, &input)?;
        let LoadHolidays { region, years } = input.body;
        let (created, unchanged) = app.load_holidays(&caller, &region, &years).await?;
        Answer::value(&Loaded { created, unchanged })
    });
    let operation = Operation::post("/api/v1/workspaces/{workspaceId}/holidays/import")
        .id("import_holidays")
        .tag("Holidays")
        .summary("Load holidays from an iCalendar file")
        .access(Access::Workspace(Action::EditPeople))
        .query::<RegionQuery>()
        .upload(&["text/calendar"], 4 * 1024 * 1024)
        .ok::<Loaded>();
    ops.add(operation, |app: App, ctx, mut input| async move {
        let caller = caller(&ctx, &input)?;
        let mut file = Vec::new();
        while let Some(chunk) = input.body.next().await? {
            file.extend_from_slice(&chunk);
        }
        let (created, unchanged) = app.import_holidays(&caller, &input.query.region, file).await?;
        Answer::value(&Loaded { created, unchanged })
    });
}

//! What a person is paid, and what an hour of theirs is billed at, both by date.

use raally_application::App;
use raally_domain::access::Action;
use raally_domain::event::{From as FromDate, PersonEvent};
use raally_domain::model::{BillRate, Compensation, CompensationKind, Money, Person};
use schemars::JsonSchema;
use serde::Deserialize;

use super::catalogue::date;
use super::convert::caller;
use super::people::{EDIT, Items, record};
use crate::answer::Answer;
use crate::gate::Access;
use crate::input::Input;
use crate::operation::Operation;
use crate::operations::Operations;

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CompensationBody {
    /// Per hour or per year.
    kind: CompensationKind,
    /// Per hour (hourly) or per year (salaried).
    amount: Money,
    /// Weekly availability; makes a Monday–Friday schedule of a fifth each from the same day.
    #[serde(default)]
    weekly_minutes: Option<i64>,
    /// Paid days off a year.
    #[serde(default)]
    paid_time_off_days: Option<i64>,
    /// Free text.
    #[serde(default)]
    benefits: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BillRateBody {
    /// Billed per hour.
    per_hour: Money,
}

pub(super) fn add(ops: &mut Operations<App>) {
    add_compensations(ops);
    add_bill_rates(ops);
}

fn add_compensations(ops: &mut Operations<App>) {
    const PAY: &str = "/api/v1/workspaces/{workspaceId}/people/{personId}/compensations";
    const PAY_ONE: &str = "/api/v1/workspaces/{workspaceId}/people/{personId}/compensations/{validFrom}";
    let operation = Operation::get(PAY)
        .id("list_compensations")
        .tag("Pay")
        .summary("The person's pay, by date")
        .access(Access::Workspace(Action::ReadPay))
        .as_of()
        .ok::<Items<Compensation>>();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let caller = caller(&ctx, &input)?;
        let (version, money) = app.read_money::<Person>(&caller, input.id("personId")?, input.as_of).await?;
        Ok(Answer::value(&Items { items: money.compensations })?.version(version))
    });
    let operation = Operation::put(PAY_ONE)
        .id("set_compensation")
        .tag("Pay")
        .summary("Set the pay from a date on")
        .access(Access::Workspace(Action::EditPay))
        .body::<CompensationBody>()
        .ok_document::<Person>();
    ops.add(operation, |app: App, ctx, input| async move {
        let valid_from = date(input.segment("validFrom")?)?;
        let CompensationBody { kind, amount, weekly_minutes, paid_time_off_days, benefits } = input.body.clone();
        let pay = Compensation { valid_from, kind, amount, weekly_minutes, paid_time_off_days, benefits };
        let wanted = raally_application::people::pay_facts(pay);
        record(app, ctx, input, wanted).await
    });
    let operation = Operation::delete(PAY_ONE)
        .id("clear_compensation")
        .tag("Pay")
        .summary("Take the pay of a date back")
        .access(Access::Workspace(Action::EditPay))
        .ok_document::<Person>();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let valid_from = date(input.segment("validFrom")?)?;
        record(app, ctx, input, vec![PersonEvent::CompensationCleared(FromDate { valid_from })]).await
    });
}

fn add_bill_rates(ops: &mut Operations<App>) {
    const BILL: &str = "/api/v1/workspaces/{workspaceId}/people/{personId}/bill-rates";
    const BILL_ONE: &str = "/api/v1/workspaces/{workspaceId}/people/{personId}/bill-rates/{validFrom}";
    let operation = Operation::get(BILL)
        .id("list_bill_rates")
        .tag("Pay")
        .summary("What an hour of the person is billed at, by date")
        .access(Access::Workspace(Action::ReadMoney))
        .as_of()
        .ok::<Items<BillRate>>();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let mut caller = caller(&ctx, &input)?;
        caller.grant = raally_domain::access::Grant::Yes;
        let (version, money) = app.read_money::<Person>(&caller, input.id("personId")?, input.as_of).await?;
        Ok(Answer::value(&Items { items: money.bill_rates })?.version(version))
    });
    let operation = Operation::put(BILL_ONE)
        .id("set_bill_rate")
        .tag("Pay")
        .summary("Set the bill rate from a date on")
        .access(EDIT)
        .body::<BillRateBody>()
        .ok_document::<Person>();
    ops.add(operation, |app: App, ctx, input| async move {
        let rate = BillRate { valid_from: date(input.segment("validFrom")?)?, per_hour: input.body.per_hour };
        record(app, ctx, input, vec![PersonEvent::BillRateSet(rate)]).await
    });
    let operation = Operation::delete(BILL_ONE)
        .id("clear_bill_rate")
        .tag("Pay")
        .summary("Take the bill rate of a date back")
        .access(EDIT)
        .ok_document::<Person>();
    ops.add(operation, |app: App, ctx, input: Input| async move {
        let valid_from = date(input.segment("validFrom")?)?;
        record(app, ctx, input, vec![PersonEvent::BillRateCleared(FromDate { valid_from })]).await
    });
}

//! Public holidays: built-in ones by region and year, and those of an iCalendar file.

use std::collections::BTreeMap;
use std::io::Read;
use std::ops::ControlFlow;

use flate2::read::ZlibDecoder;
use jiff::civil::Date;
use raally_domain::decide::{Form, Rule};
use raally_domain::kind::Kind;
use raally_domain::model::{Holiday, Observance};
use raally_domain::rules::day_of;
use raally_exchange::{Format, Located, ReadOptions, Record, Source, read};
use raally_storage::{Deleted, Op, Query};
use serde_json::value::RawValue;

use crate::app::App;
use crate::caller::Caller;
use crate::change::Expect;
use crate::failure::Failure;
use crate::managed::bad_field;

/// Years that one call loads at most.
pub const YEARS_MAX: usize = 20;

/// The checked-in file, made by `scripts/holidays.py`: region → days, category PUBLIC; packed by `build.rs`. It is read
/// when it is asked for and not kept: a workspace loads its holidays about once a year.
const BUILT_IN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/holidays.json.z"));

#[derive(serde::Deserialize)]
struct File<'f> {
    #[serde(borrow)]
    names: Vec<&'f RawValue>,
    #[serde(borrow)]
    regions: BTreeMap<&'f str, &'f RawValue>,
}

/// A region: days as `YYYYMMDD` and the number of their name; or the region that has the same days.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    #[serde(default)]
    days: Vec<(i32, usize)>,
    #[serde(default)]
    same_as: Option<String>,
}

fn built_in() -> Result<String, Failure> {
    let mut text = String::new();
    ZlibDecoder::new(BUILT_IN).read_to_string(&mut text).map_err(Failure::bug)?;
    Ok(text)
}

fn file(text: &str) -> Result<File<'_>, Failure> {
    serde_json::from_str(text).map_err(Failure::bug)
}

/// Codes of the regions that are built in, ordered: `DE`, `DE-BE`.
///
/// # Errors
/// `Bug` when the built-in file is broken.
pub fn regions() -> Result<Vec<String>, Failure> {
    Ok(file(&built_in()?)?.regions.into_keys().map(str::to_owned).collect())
}

/// The days of a region, with English names; none for an unknown region.
fn days_of(region: &str) -> Result<Option<Vec<(Date, String)>>, Failure> {
    let text = built_in()?;
    let file = file(&text)?;
    let Some(raw) = file.regions.get(region) else { return Ok(None) };
    let mut found: Region = serde_json::from_str(raw.get()).map_err(Failure::bug)?;
    if let Some(raw) = found.same_as.as_deref().and_then(|country| file.regions.get(country)) {
        found = serde_json::from_str(raw.get()).map_err(Failure::bug)?;
    }
    let mut days = Vec::with_capacity(found.days.len());
    for (number, name) in found.days {
        let parts = (i16::try_from(number / 10_000), i8::try_from(number / 100 % 100), i8::try_from(number % 100));
        let (Ok(year), Ok(month), Ok(day)) = parts else { return Err(Failure::bug("a holiday without a date")) };
        let names = file.names.get(name).ok_or_else(|| Failure::bug("a holiday without a name"))?;
        let (english, _local): (String, String) = serde_json::from_str(names.get()).map_err(Failure::bug)?;
        days.push((Date::new(year, month, day).map_err(Failure::bug)?, english));
    }
    Ok(Some(days))
}

impl App {
    /// Loads the built-in holidays of a region. Days that are there already stay as they are observed.
    ///
    /// # Errors
    /// `Invalid` for an unknown region or year.
    pub async fn load_holidays(&self, caller: &Caller, region: &str, years: &[i16]) -> Result<(usize, usize), Failure> {
        let Some(days) = days_of(region)? else {
            return Err(bad_field("/region", Rule::Malformed(Form::Region)));
        };
        if years.is_empty() || years.len() > YEARS_MAX {
            return Err(bad_field("/years", Rule::Count { min: 1, max: YEARS_MAX }));
        }
        for (index, year) in years.iter().enumerate() {
            if !days.iter().any(|(day, _)| day.year() == *year) {
                let rule = Rule::Malformed(Form::RegionYear);
                return Err(bad_field(&format!("/years/{index}"), rule));
            }
        }
        let chosen = days.into_iter().filter(|(day, _)| years.contains(&day.year())).collect();
        self.put_holidays(caller, region, chosen).await
    }

    /// Loads the days of an iCalendar file into a region. Yearly events are taken for the years that are built in.
    ///
    /// # Errors
    /// `BadRequest` when the file can't be read; nothing is loaded then.
    pub async fn import_holidays(
        &self,
        caller: &Caller,
        region: &str,
        file: Vec<u8>,
    ) -> Result<(usize, usize), Failure> {
        let years = (Date::constant(2020, 1, 1), Date::constant(2035, 12, 31));
        let options = ReadOptions { holidays: Some(years), ..ReadOptions::default() };
        let (mut days, mut bad) = (Vec::new(), None);
        let source = Source::Bytes(file.into());
        let outcome = read(&source, Format::Ics, &options, &mut |item| match item {
            Ok(Located { record: Record::Holiday(holiday), .. }) => {
                days.push((holiday.on, holiday.name));
                ControlFlow::Continue(())
            }
            Ok(_) => ControlFlow::Continue(()),
            Err(error) => {
                bad = Some(format!("line {}: {}", error.row, error.message));
                ControlFlow::Break(())
            }
        });
        if let Some(sentence) = bad.or_else(|| outcome.err().map(|error| error.to_string())) {
            return Err(Failure::bad_request("bad-calendar", sentence));
        }
        self.put_holidays(caller, region, days).await
    }

    pub(crate) async fn put_holidays(
        &self,
        caller: &Caller,
        region: &str,
        days: Vec<(Date, String)>,
    ) -> Result<(usize, usize), Failure> {
        let (app, caller, region) = (self.clone(), caller.clone(), region.to_owned());
        self.store()
            .write(caller.scope(), move |tx| {
                let (app, caller, region, days) = (app.clone(), caller.clone(), region.clone(), days.clone());
                Box::pin(async move {
                    let mut known: Vec<i64> = Vec::new();
                    let query =
                        Query::new(Kind::Holiday).deleted(Deleted::Exclude).filter("region", Op::Eq, region.clone());
                    known.extend(tx.list(&query).await?.iter().filter_map(|record| record.columns.int("on_day")));
                    let (mut created, mut unchanged) = (0, 0);
                    for (on, name) in days {
                        let day = i64::from(day_of(on));
                        if known.contains(&day) {
                            unchanged += 1;
                            continue;
                        }
                        known.push(day);
                        let holiday = Holiday { region: region.clone(), on, name, observance: Observance::Full };
                        let wanted = vec![raally_domain::event::HolidayEvent::Added(holiday)];
                        app.change::<Holiday>(tx, &caller, app.mint().id(), Expect::New, wanted).await?;
                        created += 1;
                    }
                    Ok((created, unchanged))
                })
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn every_built_in_region_has_days() {
        for region in regions().unwrap() {
            assert!(!days_of(&region).unwrap().unwrap().is_empty(), "{region}");
        }
        assert!(days_of("XX-YY").unwrap().is_none());
    }

    #[test]
    fn berlin_has_its_own_holiday() {
        let womens_day = Date::constant(2026, 3, 8);
        let has = |region| days_of(region).unwrap().unwrap().iter().any(|(day, _)| *day == womens_day);
        assert!(has("DE-BE") && !has("DE"));
    }
}

//! Files that Microsoft Project wrote: work adds up, day by day.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use crate::shared_data::{bytes, folder, read_all, records};
use jiff::civil::date;
use raally_domain::model::effort::Effort;
use raally_exchange::record::{Assignee, Assignment, Calendar, Person, Skipped};
use raally_exchange::{Record, Source};

const NAMES: [&str; 8] = [
    "assignment-assignments-project2019-mspdi.xml",
    "calendar-calendars-project2019-mspdi.xml",
    "mspdiavailability.xml",
    "mspdicostratetable.xml",
    "mspdirelations.xml",
    "mspdiresource.xml",
    "mspditimephasedsegments.xml",
    "task-links-project2019-mspdi.xml",
];

fn read(name: &str) -> Option<Vec<Record>> {
    let source = Source::Path(folder()?.join("msproject").join(name));
    Some(records(read_all(&source, name, None).unwrap().0))
}

fn assignments(records: &[Record]) -> Vec<&Assignment> {
    records
        .iter()
        .filter_map(|record| if let Record::Assignment(assignment) = record { Some(&**assignment) } else { None })
        .collect()
}

fn person<'a>(records: &'a [Record], name: &str) -> &'a Person {
    let named = |record: &'a Record| {
        if let Record::Person(person) = record { Some(&**person) } else { None }
    };
    records.iter().filter_map(named).find(|person| person.key.name.as_deref() == Some(name)).unwrap()
}

fn calendar<'a>(records: &'a [Record], name: &str) -> &'a Calendar {
    let named = |record: &'a Record| {
        if let Record::Calendar(calendar) = record { Some(&**calendar) } else { None }
    };
    records.iter().filter_map(named).find(|calendar| calendar.name == name).unwrap()
}

fn minutes(assignment: &Assignment) -> i64 {
    let Effort::Phased { spans } = &assignment.effort else { panic!("no spans in {assignment:?}") };
    assert!(spans.windows(2).all(|pair| pair[0].to < pair[1].from) && spans.iter().all(|span| span.from <= span.to));
    assert_eq!(
        (Some(assignment.from), assignment.to),
        (spans.first().map(|span| span.from), spans.last().map(|span| span.to))
    );
    spans.iter().map(|span| span.minutes).sum()
}

/// `<Work>` of each assignment by UID with its resource, read without the importer.
fn work_in_text(text: &str) -> Vec<(String, i64, i64)> {
    let value = |part: &str, tag: &str| {
        let from = part.find(&format!("<{tag}>"))? + tag.len() + 2;
        Some(part[from..from + part[from..].find('<')?].to_owned())
    };
    text.split("<Assignment>")
        .skip(1)
        .map(|part| {
            let work = value(part, "Work").unwrap();
            let hours: i64 = work[2..work.find('H').unwrap()].parse().unwrap();
            let minutes: i64 = work[work.find('H').unwrap() + 1..work.find('M').unwrap()].parse().unwrap();
            (value(part, "UID").unwrap(), value(part, "ResourceUID").unwrap().parse().unwrap(), hours * 60 + minutes)
        })
        .collect()
}

#[test]
fn the_minutes_are_the_work_of_every_assignment() {
    let Some(folder) = folder() else { return };
    let mut total = 0;
    for name in NAMES {
        let text = std::fs::read_to_string(folder.join("msproject").join(name)).unwrap();
        let records = read(name).unwrap();
        let by_uid: BTreeMap<String, &Assignment> = assignments(&records)
            .into_iter()
            .map(|assignment| {
                (assignment.external_id.as_deref().unwrap().rsplit('/').next().unwrap().to_owned(), assignment)
            })
            .collect();
        for (uid, resource, work) in work_in_text(&text) {
            if work > 0 {
                assert_eq!(minutes(by_uid[&uid]), work, "{name} {uid}");
                assert_eq!(matches!(by_uid[&uid].assignee, Assignee::Placeholder { .. }), resource == -65_535);
                total += work;
            }
        }
    }
    // 240 h, 128 h, 5,895 h of people and 128 h of nobody.
    assert_eq!(total, (240 + 128 + 5_895 + 128) * 60);
}

#[test]
fn each_day_has_the_minutes_that_the_time_phased_work_gives_it() {
    let Some(records) = read("mspdiresource.xml") else {
        return;
    };
    let of = |uid: &str| {
        assignments(&records)
            .into_iter()
            .find(|assignment| assignment.external_id.as_deref().unwrap().ends_with(uid))
            .unwrap()
    };
    let days = |uid: &str| {
        let Effort::Phased { spans } = &of(uid).effort else { panic!("no spans") };
        spans.iter().map(|span| (span.from.day(), span.minutes)).collect::<Vec<_>>()
    };
    assert_eq!(days("assignment/5"), [(25, 480), (28, 480), (29, 480)]);
    // A night shift: one hour before midnight, seven after it.
    assert_eq!(days("assignment/7"), [(25, 60), (26, 420), (28, 60), (29, 480), (30, 420)]);
    assert_eq!(of("assignment/7").note.as_deref(), Some("Task A"));
}

#[test]
fn long_projects_are_given_day_by_day() {
    let Some(records) = read("mspditimephasedsegments.xml") else {
        return;
    };
    let all = assignments(&records);
    let longest =
        all.iter().find(|assignment| assignment.external_id.as_deref().unwrap().ends_with("assignment/40")).unwrap();
    let Effort::Phased { spans } = &longest.effort else { panic!("no spans") };
    assert_eq!((spans.len(), longest.from, longest.to), (380, date(2011, 2, 7), Some(date(2012, 7, 20))));
    assert!(spans.iter().all(|span| span.minutes == 480));
    // Entries from 17:00 to 17:00 belong to the day on which they end.
    let bell =
        all.iter().find(|assignment| assignment.external_id.as_deref().unwrap().ends_with("assignment/34")).unwrap();
    let Effort::Phased { spans } = &bell.effort else { panic!("no spans") };
    assert_eq!(spans.iter().map(|span| span.minutes).collect::<Vec<_>>()[6..], [420, 480, 540, 600]);
    assert_eq!(spans.last().map(|span| (span.from, span.minutes)), Some((date(2011, 2, 18), 600)));
}

#[test]
fn calendars_have_their_shifts_and_exceptions() {
    let Some(night) = read("mspdiresource.xml") else {
        return;
    };
    assert_eq!(calendar(&night, "Night Shift").weeks, [[60, 480, 480, 480, 480, 420, 0]]);
    assert_eq!(person(&night, "Brian Leach").calendar, Some("mspdiresource/calendar/6".to_owned()));
    let segments = read("mspditimephasedsegments.xml").unwrap();
    let two = calendar(&segments, "Resource Two");
    assert_eq!(two.weeks, [[480, 480, 480, 480, 480, 0, 0]]);
    assert_eq!(
        two.exceptions
            .iter()
            .map(|exception| (exception.from, exception.to, exception.minutes_per_day))
            .collect::<Vec<_>>(),
        [(date(2011, 2, 8), date(2011, 2, 8), 0), (date(2011, 2, 12), date(2011, 2, 12), 480),]
    );
    assert!(calendar(&segments, "Standard").is_default);
    assert_eq!(calendar(&segments, "Task Eight").exceptions.len(), 3);
}

#[test]
fn availability_becomes_dated_factors_with_its_gaps() {
    let Some(records) = read("mspdiavailability.xml") else {
        return;
    };
    let factors: Vec<_> = person(&records, "Resource Two")
        .availability
        .iter()
        .map(|factor| (factor.valid_from, factor.basis_points))
        .collect();
    assert_eq!(
        factors,
        [
            (None, 0),
            (Some(date(2009, 6, 1)), 10_000),
            (Some(date(2009, 7, 2)), 6_000),
            (Some(date(2009, 8, 2)), 0),
            (Some(date(2009, 8, 20)), 7_500),
            (Some(date(2009, 8, 31)), 0),
        ]
    );
    assert!(person(&records, "Resource One").availability.is_empty());
}

#[test]
fn rates_are_per_hour_whatever_their_format() {
    let Some(records) = read("mspdicostratetable.xml") else {
        return;
    };
    let rates: Vec<_> = records
        .iter()
        .filter_map(|record| {
            if let Record::Compensation(rate) = record {
                Some((
                    rate.person.name.as_deref().unwrap(),
                    rate.valid_from,
                    rate.amount_minor,
                    rate.currency.as_deref(),
                ))
            } else {
                None
            }
        })
        .collect();
    // 1,200 with the format "per minute" is 1,200 an hour, shown as 20 a minute.
    assert_eq!(
        rates,
        [
            ("Resource Two", None, 500, Some("GBP")),
            ("Resource Three", None, 500, Some("GBP")),
            ("Resource Three", Some(date(2009, 6, 15)), 120_000, Some("GBP")),
        ]
    );
}

#[test]
fn material_is_reported_as_skipped_and_nobody_becomes_a_placeholder() {
    let Some(records) = read("mspdiresource.xml") else {
        return;
    };
    let skipped: Vec<&Skipped> = records
        .iter()
        .filter_map(|record| if let Record::Skipped(skipped) = record { Some(skipped) } else { None })
        .collect();
    assert_eq!(
        skipped.iter().map(|skipped| (skipped.what, skipped.name.as_str())).collect::<Vec<_>>(),
        [("material-resource", "Concrete")]
    );
    for (name, count) in [("mspdirelations.xml", 5), ("task-links-project2019-mspdi.xml", 16)] {
        let records = read(name).unwrap();
        let all = assignments(&records);
        assert_eq!(all.len(), count);
        assert!(
            all.iter()
                .all(|assignment| matches!(assignment.assignee, Assignee::Placeholder { .. })
                    && minutes(assignment) == 480),
            "{name}"
        );
    }
}

#[test]
fn the_dates_of_a_project_come_from_its_tasks() {
    let Some(records) = read("assignment-assignments-project2019-mspdi.xml") else {
        return;
    };
    let Some(Record::Project(project)) = records.iter().find(|record| matches!(record, Record::Project(_))) else {
        panic!("no project")
    };
    assert_eq!((project.starts_on, project.ends_on), (Some(date(2016, 1, 4)), Some(date(2016, 1, 15))));
    assert_eq!(project.key.external_id.as_deref(), Some("9035018B-DAD2-E811-AC3F-4CEDDE6E5B57"));
    assert_eq!(project.key.name.as_deref(), Some("assignment-assignments-project2019-mspdi"));
}

const SMALL: &str = r#"<?xml version="1.0"?><p:Project xmlns:p="http://schemas.microsoft.com/project"><p:Name>a &amp; b.xml</p:Name><p:CalendarUID>1</p:CalendarUID>
<p:Calendars><p:Calendar><p:UID>1</p:UID><p:Name>Standard</p:Name><p:IsBaseCalendar>1</p:IsBaseCalendar><p:Exceptions>
<p:Exception><p:TimePeriod><p:FromDate>2026-12-24T00:00:00</p:FromDate><p:ToDate>2026-12-26T23:59:00</p:ToDate></p:TimePeriod><p:Name>Christmas</p:Name><p:Type>1</p:Type><p:DayWorking>0</p:DayWorking></p:Exception>
<p:Exception><p:TimePeriod><p:FromDate>2026-05-01T00:00:00</p:FromDate><p:ToDate>2028-05-01T23:59:00</p:ToDate></p:TimePeriod><p:Name>May Day</p:Name><p:Type>2</p:Type><p:Month>4</p:Month><p:MonthDay>1</p:MonthDay><p:DayWorking>0</p:DayWorking></p:Exception>
<p:Exception><p:TimePeriod><p:FromDate>2026-01-01T00:00:00</p:FromDate><p:ToDate>2026-12-31T23:59:00</p:ToDate></p:TimePeriod><p:Name>Every third Monday</p:Name><p:Type>5</p:Type><p:DayWorking>0</p:DayWorking></p:Exception>
</p:Exceptions></p:Calendar></p:Calendars>
<p:Tasks><p:Task><p:UID>1</p:UID><p:Name>Build</p:Name><p:OutlineLevel>1</p:OutlineLevel><p:Summary>1</p:Summary><p:Start>2026-03-02T08:00:00</p:Start><p:Finish>2026-03-13T17:00:00</p:Finish></p:Task>
<p:Task><p:UID>2</p:UID><p:Name>Code</p:Name><p:OutlineLevel>2</p:OutlineLevel><p:Start>2026-03-02T08:00:00</p:Start><p:Finish>2026-03-13T17:00:00</p:Finish></p:Task>
<p:Task><p:UID>3</p:UID><p:Name>Done</p:Name><p:OutlineLevel>2</p:OutlineLevel><p:Milestone>1</p:Milestone><p:Start>2026-03-13T17:00:00</p:Start><p:Finish>2026-03-13T17:00:00</p:Finish></p:Task></p:Tasks>
<p:Resources><p:Resource><p:UID>1</p:UID><p:Name>Anna</p:Name><p:MaxUnits>0.5</p:MaxUnits><p:CalendarUID>1</p:CalendarUID></p:Resource><p:Resource><p:UID>2</p:UID><p:Name>Travel</p:Name><p:Type>2</p:Type></p:Resource></p:Resources>
<p:Assignments><p:Assignment><p:UID>9</p:UID><p:TaskUID>2</p:TaskUID><p:ResourceUID>1</p:ResourceUID><p:Work>PT40H0M0S</p:Work><p:Start>2026-03-02T08:00:00</p:Start><p:Finish>2026-03-13T17:00:00</p:Finish></p:Assignment>
<p:Assignment><p:UID>10</p:UID><p:TaskUID>2</p:TaskUID><p:ResourceUID>2</p:ResourceUID><p:Work>PT0H0M0S</p:Work></p:Assignment>
<p:Assignment><p:UID>11</p:UID><p:TaskUID>2</p:TaskUID><p:ResourceUID>7</p:ResourceUID><p:Work>PT8H0M0S</p:Work></p:Assignment></p:Assignments></p:Project>"#;

#[test]
fn phases_milestones_exceptions_and_work_without_days_are_read() {
    let (items, summary) = read_all(&bytes(SMALL), "small.xml", None).unwrap();
    assert_eq!((summary.errors, summary.warnings), (1, 0));
    let error = items.iter().find_map(|item| item.as_ref().err()).unwrap();
    assert_eq!((error.code, error.row), ("unknown-resource", 13));
    let records: Vec<Record> = items.into_iter().filter_map(Result::ok).map(|located| located.record).collect();
    let Some(Record::Project(project)) = records.iter().find(|record| matches!(record, Record::Project(_))) else {
        panic!("no project")
    };
    assert_eq!(project.key.name.as_deref(), Some("a & b"));
    assert_eq!(project.phases.iter().map(|phase| phase.name.as_str()).collect::<Vec<_>>(), ["Build"]);
    assert_eq!(
        project.milestones.iter().map(|milestone| (milestone.name.as_str(), milestone.on)).collect::<Vec<_>>(),
        [("Done", date(2026, 3, 13))]
    );
    let exceptions: Vec<_> =
        calendar(&records, "Standard").exceptions.iter().map(|exception| (exception.from, exception.to)).collect();
    let day = |year, month, day| date(year, month, day);
    assert_eq!(
        exceptions,
        [
            (day(2026, 5, 1), day(2026, 5, 1)),
            (day(2026, 12, 24), day(2026, 12, 26)),
            (day(2027, 5, 1), day(2027, 5, 1)),
            (day(2028, 5, 1), day(2028, 5, 1))
        ]
    );
    let all = assignments(&records);
    assert_eq!(all.len(), 1);
    assert_eq!((minutes(all[0]), all[0].from, all[0].phase.as_deref()), (2400, date(2026, 3, 2), Some("a & b/task/1")));
    assert_eq!(person(&records, "Anna").availability[0].basis_points, 5_000);
    let skipped: Vec<_> = records
        .iter()
        .filter_map(|record| if let Record::Skipped(skipped) = record { Some(skipped.what) } else { None })
        .collect();
    assert_eq!(skipped, ["calendar-exception", "cost-resource", "assignment"]);
}

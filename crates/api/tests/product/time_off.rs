//! Time off: asked for, approved, and what it does to capacity; holidays.

use serde_json::{Value, json};

use crate::first_slice::Slice;
use crate::support::{Call, Host, both, id, version};

fn away(person: &Value) -> Value {
    json!({"personId": person["id"], "kind": "vacation", "startsOn": "2026-03-02", "endsOn": "2026-03-03", "note": "sea"})
}

async fn capacity(host: &Host, slice: &Slice, query: &str) -> i64 {
    let path = slice.at(&format!("reports/hours?from=2026-03-02&to=2026-03-08&grain=week{query}"));
    host.get(&path, &slice.owner).await.ok()["total"]["capacityMinutes"].as_i64().unwrap()
}

both!(approved_time_off_lowers_capacity_and_names_what_it_breaks);
async fn approved_time_off_lowers_capacity_and_names_what_it_breaks(host: Host) {
    let slice = Slice::make(&host).await;
    let owner = &slice.owner;
    let asked = host.add(&slice.workspace, owner, "time-off", away(&slice.person)).await;
    assert_eq!(asked["status"], "pending");
    assert_eq!(capacity(&host, &slice, "").await, 2_400);
    assert_eq!(capacity(&host, &slice, "&includePending=true").await, 1_440);
    let at = |action: &str| slice.at(&format!("time-off/{}{action}", id(&asked)));
    let broken = host.get(&at("/conflicts"), owner).await.ok();
    assert_eq!(broken["items"][0]["assignmentId"], slice.assignment["id"]);
    assert_eq!(broken["items"][0]["minutes"], 480, "two days of four hours");
    host.act(&at("/approve"), owner, 1, Value::Null).await.ok();
    assert_eq!(capacity(&host, &slice, "").await, 1_440);
    host.patch(&at(""), owner, 2, json!({"minutesPerDay": 240})).await.ok();
    assert_eq!(capacity(&host, &slice, "").await, 1_920);
    host.act(&at("/reject"), owner, 3, Value::Null).await.ok();
    assert_eq!(capacity(&host, &slice, "").await, 2_400);
    let open = host.act(&at("/reopen"), owner, 4, Value::Null).await.ok();
    assert_eq!(open["status"], "pending");
    host.delete(&at(""), owner, 5).await.gone();
    assert_eq!(capacity(&host, &slice, "&includePending=true").await, 2_400);
    host.act(&at("/restore"), owner, 6, Value::Null).await.ok();
    for query in ["status=pending", "from=2026-03-03", "to=2026-03-02", "status=pending&from=2026-03-01&to=2026-03-31"]
    {
        let found = host.get(&slice.at(&format!("time-off?{query}")), owner).await.ok();
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{query}");
    }
    let of_person = host.get(&slice.at(&format!("people/{}/time-off", id(&slice.person))), owner).await.ok();
    assert_eq!(of_person["items"].as_array().unwrap().len(), 1);
    for (body, wanted) in [
        (json!({"endsOn": "2026-03-01"}), "/endsOn end-before-start"),
        (json!({"endsOn": "2099-03-01"}), "/endsOn range-too-long"),
        (json!({"minutesPerDay": 0}), "/minutesPerDay out-of-range"),
        (json!({"personId": "01960000-0000-7000-8000-00000000dead"}), "/personId unknown"),
    ] {
        let mut asked = away(&slice.person);
        raally_application::managed::merge(&mut asked, body);
        assert_eq!(host.post(&slice.at("time-off"), owner, asked).await.faults(), [wanted]);
    }
}

both!(a_member_asks_for_the_own_time_off_and_never_approves_it);
async fn a_member_asks_for_the_own_time_off_and_never_approves_it(host: Host) {
    let slice = Slice::make(&host).await;
    let member = host.member(&slice.owner, &slice.workspace, "member", "Mia Member").await;
    let path = slice.at("time-off");
    host.post(&path, &member, away(&slice.person)).await.refused(403, "not-yours");
    let person = slice.at(&format!("people/{}", id(&slice.person)));
    host.patch(&person, &slice.owner, version(&slice.person), json!({"userId": member.id})).await.ok();
    let asked = host.post(&path, &member, away(&slice.person)).await.created();
    let at = |action: &str| slice.at(&format!("time-off/{}{action}", id(&asked)));
    host.act(&at("/approve"), &member, 1, Value::Null).await.refused(403, "denied");
    host.patch(&at(""), &member, 1, json!({"note": "mountains"})).await.ok();
    let other = host.add(&slice.workspace, &slice.owner, "people", json!({"name": "Bob"})).await;
    host.patch(&at(""), &member, 2, json!({"personId": other["id"]})).await.refused(403, "not-yours");
    let theirs = host.add(&slice.workspace, &slice.owner, "time-off", away(&other)).await;
    host.delete(&slice.at(&format!("time-off/{}", id(&theirs))), &member, 1).await.refused(403, "not-yours");
    host.act(&at("/approve"), &slice.owner, 2, Value::Null).await.ok();
    let changed = host.patch(&at(""), &member, 3, json!({"endsOn": "2026-03-06"})).await.ok();
    assert_eq!(changed["status"], "pending", "what was approved is not what is asked now");
    host.act(&at("/approve"), &slice.owner, version(&changed), Value::Null).await.ok();
    host.delete(&at(""), &member, version(&changed) + 1).await.gone();
    let back = host.act(&at("/restore"), &member, version(&changed) + 2, Value::Null).await.ok();
    assert_eq!(back["status"], "pending", "a member can't bring an approval back");
}

both!(holidays_are_loaded_imported_and_switched_off);
async fn holidays_are_loaded_imported_and_switched_off(host: Host) {
    let slice = Slice::make(&host).await;
    let owner = &slice.owner;
    let regions = host.get(&slice.at("holidays/regions"), owner).await.ok();
    assert!(regions["items"].as_array().unwrap().contains(&json!("DE-BE")));
    let load = |region: &str, years: Value| json!({"region": region, "years": years});
    let loaded = host.post(&slice.at("holidays/load"), owner, load("DE-BE", json!([2026]))).await.ok();
    let count = loaded["created"].as_i64().unwrap();
    assert!((8..=12).contains(&count), "{loaded}");
    let again = host.post(&slice.at("holidays/load"), owner, load("DE-BE", json!([2026]))).await.ok();
    assert_eq!(again, json!({"created": 0, "unchanged": count}));
    for (region, years, wanted) in [
        ("XX-YY", json!([2026]), "/region unknown-region"),
        ("DE", json!([]), "/years count"),
        ("DE", json!([2026, 1850]), "/years/1 unknown-year"),
    ] {
        assert_eq!(host.post(&slice.at("holidays/load"), owner, load(region, years)).await.faults(), [wanted]);
    }
    // Sunday 8 March is no working day; make Monday 2 March a holiday.
    let ics = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n\
               DTSTART;VALUE=DATE:20260302\r\nSUMMARY:Company day\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let import =
        |text: &'static str| Call::post(&slice.at("holidays/import?region=HQ")).by(owner).bytes("text/calendar", text);
    assert_eq!(host.call(import(ics)).await.ok()["created"], 1);
    let bad = host.call(import("this is no calendar")).await;
    assert_eq!(bad.status, 422, "{}", bad.text());
    host.patch(&slice.at("settings"), owner, 1, json!({"settings": {"holidayRegion": "HQ"}})).await.ok();
    assert_eq!(capacity(&host, &slice, "").await, 1_920);
    let days = host.get(&slice.at("holidays?region=HQ&from=2026-01-01&to=2026-12-31"), owner).await.ok();
    let day = &days["items"][0];
    let path = slice.at(&format!("holidays/{}", id(day)));
    host.patch(&path, owner, 1, json!({"observance": "half"})).await.ok();
    assert_eq!(capacity(&host, &slice, "").await, 2_160);
    host.patch(&path, owner, 2, json!({"observance": "none"})).await.ok();
    assert_eq!(capacity(&host, &slice, "").await, 2_400);
    let twin = json!({"region": "HQ", "on": "2026-03-02", "name": "Again"});
    assert_eq!(host.post(&slice.at("holidays"), owner, twin).await.faults(), ["/on taken"]);
}

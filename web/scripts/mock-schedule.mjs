// The schedule's part of the stand-in server: time-phased rows computed from the mock's tables, clashes, and the
// actions on assignments. Day by day and simple; the real rules are the server's.
const DAY = 86_400_000;
const toDay = (iso) => Date.parse(iso) / DAY;
const toIso = (day) => new Date(day * DAY).toISOString().slice(0, 10);
const weekday = (day) => ((((day + 3) % 7) + 7) % 7) + 1;
const isWork = (day) => weekday(day) <= 5;

function minutesOn(assignment, day) {
  const { effort, startsOn, endsOn } = assignment;
  if (!isWork(day) || day < toDay(startsOn) || (endsOn && day > toDay(endsOn))) return 0;
  if (effort.form === "hours-per-day") return effort.minutesPerDay;
  if (effort.form === "hours-per-week") return Math.round(effort.minutesPerWeek / 5);
  if (effort.form === "percent") return Math.round((480 * effort.basisPoints) / 10_000);
  if (effort.form === "total-until-done") return effort.pace.minutesPerDay ?? 480;
  const days = Math.max(1, Math.round(((toDay(endsOn ?? startsOn) - toDay(startsOn) + 1) * 5) / 7));
  const total = effort.minutes ?? effort.spans?.reduce((sum, span) => sum + span.minutes, 0) ?? 0;
  return Math.round(total / days);
}

function bucketsOf(from, to, grain) {
  if (grain === "total") return [{ from: toIso(from), to: toIso(to) }];
  const buckets = [];
  for (let day = from; day <= to; ) {
    const last = grain === "week" ? Math.min(to, day + 7 - weekday(day)) : day;
    buckets.push({ from: toIso(day), to: toIso(last) });
    day = last + 1;
  }
  return buckets;
}

export function mockSchedule({ tables, rows, stored, notify }) {
  const table = (name) => tables.get(name);
  const holidays = () => new Set(rows("holidays").map((one) => one.on));
  const capacity = (person, day, off, away) => {
    if (person.kind === "placeholder") return null;
    if (!isWork(day) || off.has(toIso(day))) return 0;
    if (away.some((one) => toDay(one.startsOn) <= day && day <= toDay(one.endsOn))) return 0;
    return 480;
  };
  const byPerson = () => {
    const groups = new Map();
    for (const one of rows("assignments")) {
      const list = groups.get(one.personId);
      if (list) list.push(one);
      else groups.set(one.personId, [one]);
    }
    return groups;
  };

  function schedule(query) {
    const from = toDay(query.get("from"));
    const to = toDay(query.get("to"));
    const buckets = bucketsOf(from, to, query.get("grain") ?? "day");
    const only = new Set(query.getAll("personId"));
    const off = holidays();
    const groups = byPerson();
    const touches = (one) => toDay(one.startsOn) <= to && (!one.endsOn || toDay(one.endsOn) >= from);
    const people = rows("people")
      .filter((person) => only.size === 0 || only.has(person.id))
      .map((person) => {
        const assignments = (groups.get(person.id) ?? []).filter(touches);
        const away = rows("time-off").filter(
          (one) => one.personId === person.id && one.status !== "rejected",
        );
        return {
          personId: person.id,
          name: person.name,
          placeholder: person.kind === "placeholder",
          roleId: person.roleId,
          teamIds: person.teamIds,
          buckets: buckets.map((bucket) => figures(person, assignments, bucket, off, away)),
          assignments: assignments.map(
            ({ id, version, projectId, phaseId, roleId, startsOn, endsOn, effort, commitment, note }) => ({
              id,
              version,
              projectId,
              phaseId,
              roleId,
              startsOn,
              endsOn,
              effort,
              commitment,
              note,
            }),
          ),
          timeOff: away,
        };
      })
      .sort((a, b) => Number(a.placeholder) - Number(b.placeholder) || (a.name < b.name ? -1 : 1));
    return { grain: query.get("grain"), buckets, people, projects: rows("projects") };
  }

  function figures(person, assignments, bucket, off, away) {
    const sum = {
      contractedMinutes: 0,
      holidayMinutes: 0,
      timeOffMinutes: 0,
      capacityMinutes: 0,
      confirmedMinutes: 0,
      tentativeMinutes: 0,
      overbooked: false,
    };
    if (toDay(bucket.to) - toDay(bucket.from) > 40) return sum;
    for (let day = toDay(bucket.from); day <= toDay(bucket.to); day += 1) {
      const free = capacity(person, day, off, away);
      let confirmed = 0;
      for (const one of assignments) {
        if (one.commitment === "tentative") sum.tentativeMinutes += minutesOn(one, day);
        else confirmed += minutesOn(one, day);
      }
      sum.confirmedMinutes += confirmed;
      sum.capacityMinutes += free ?? 0;
      if (isWork(day) && off.has(toIso(day))) sum.holidayMinutes += 480;
      else if (isWork(day) && free === 0) sum.timeOffMinutes += 480;
      if (free !== null && confirmed > free) sum.overbooked = true;
    }
    if (person.kind === "placeholder") delete sum.capacityMinutes;
    return sum;
  }

  function projectSchedule(query) {
    const from = toDay(query.get("from"));
    const to = toDay(query.get("to"));
    const buckets = bucketsOf(from, to, query.get("grain") ?? "day");
    const only = new Set(query.getAll("projectId"));
    const wanted = rows("projects").filter((one) => only.size === 0 || only.has(one.id));
    const projects = wanted.map((project) => {
      const own = rows("assignments").filter((one) => one.projectId === project.id);
      const work = buckets.map((bucket) => {
        const sum = { confirmedMinutes: 0, tentativeMinutes: 0, placeholderMinutes: 0 };
        for (let day = toDay(bucket.from); day <= toDay(bucket.to); day += 1) {
          for (const one of own) {
            const open = table("people").get(one.personId)?.kind === "placeholder";
            sum[
              open
                ? "placeholderMinutes"
                : one.commitment === "tentative"
                  ? "tentativeMinutes"
                  : "confirmedMinutes"
            ] += minutesOn(one, day);
          }
        }
        return sum;
      });
      return {
        projectId: project.id,
        name: project.name,
        code: project.code,
        clientId: project.clientId,
        status: project.status,
        milestones: project.milestones,
        work,
      };
    });
    return { buckets, projects };
  }

  function clashesOf(proposed, ownId) {
    const person = table("people").get(proposed.personId);
    if (!person || person.kind === "placeholder" || proposed.commitment === "tentative") return [];
    const others = rows("assignments").filter(
      (one) => one.personId === person.id && one.id !== ownId && one.commitment !== "tentative",
    );
    const away = rows("time-off").filter((one) => one.personId === person.id && one.status === "approved");
    const off = holidays();
    const clashes = [];
    const last = proposed.endsOn ? toDay(proposed.endsOn) : toDay(proposed.startsOn) + 60;
    for (let day = toDay(proposed.startsOn); day <= last; day += 1) {
      const own = minutesOn(proposed, day);
      const load = own + others.reduce((sum, one) => sum + minutesOn(one, day), 0);
      const free = capacity(person, day, off, away);
      if (own > 0 && load > free) {
        clashes.push({
          scope: "day",
          from: toIso(day),
          to: toIso(day),
          loadMinutes: load,
          capacityMinutes: free,
          assignmentIds: [],
        });
      }
    }
    return clashes;
  }

  const refused = (clashes) => [
    409,
    {
      title: "Clash",
      status: 409,
      code: "clash",
      detail: "This would overbook somebody.",
      errors: [],
      clashes,
    },
  ];

  function save(row, details, onClash) {
    const next = { ...row, ...details };
    const clashes = onClash === "allow" ? [] : clashesOf(next, row.id);
    if (clashes.length > 0 && onClash === "tentative") next.commitment = "tentative";
    else if (clashes.length > 0 && (onClash ?? "refuse") === "refuse") return refused(clashes);
    next.version = row.version + 1;
    table("assignments").set(next.id, next);
    notify("assignment", next);
    return [200, next];
  }

  const removed = new Map();
  const make = (details, onClash) => {
    const row = stored({ commitment: "confirmed", ...details });
    const [status, body] = save({ ...row, version: 0 }, {}, onClash);
    return status === 200 ? [201, body] : [status, body];
  };
  const shift = (row, days) => ({
    startsOn: toIso(toDay(row.startsOn) + days),
    endsOn: row.endsOn ? toIso(toDay(row.endsOn) + days) : null,
  });

  function remove(row) {
    table("assignments").delete(row.id);
    removed.set(row.id, { ...row, version: row.version + 1 });
    notify("assignment", { ...row, version: row.version + 1 });
    return [204, undefined];
  }

  function act(row, action, body, onClash) {
    if (action === "split") {
      const [, second] = make({ ...row, id: undefined, startsOn: body.on, ...stored({}) }, "allow");
      const [, first] = save(row, { endsOn: toIso(toDay(body.on) - 1) }, "allow");
      return [200, [first, second]];
    }
    if (action === "copy") {
      const days = body.startsOn ? toDay(body.startsOn) - toDay(row.startsOn) : 0;
      return make({ ...row, ...shift(row, days), ...body, ...stored({}) }, onClash);
    }
    if (action === "repeat") {
      const unit = { days: 1, weeks: 7, months: 28 }[body.unit];
      const made = Array.from(
        { length: body.times },
        (_, at) => make({ ...row, ...shift(row, unit * body.every * (at + 1)), ...stored({}) }, "allow")[1],
      );
      return [200, made];
    }
    return [404, { title: "Not found", code: "not-found" }];
  }

  /** Answers [status, body], or null when the path is somebody else's. */
  return function answer(method, [name, key, action], body, query, ifMatch) {
    const onClash = query.get("onClash") ?? undefined;
    if (name === "schedule" && method === "GET")
      return [200, key === "projects" ? projectSchedule(query) : schedule(query)];
    if (name === "reports" && key === "candidates") return [200, candidates(query)];
    if (name !== "assignments") return null;
    if (method === "POST" && key === "check")
      return [200, { clashes: clashesOf(body, body.id), warnings: [] }];
    if (method === "POST" && key === "bulk") {
      const results = body.items.map((item) => {
        const row = table("assignments").get(item.id);
        const [status, answer] =
          item.action === "remove" ? remove(row) : save(row, item.patch ?? {}, body.onClash);
        return status < 400
          ? { id: item.id, status, body: answer }
          : { id: item.id, status, problem: answer };
      });
      return [200, { results }];
    }
    if (method === "POST" && !key) return make(body, onClash);
    if (method === "POST" && action === "restore") {
      const row = removed.get(key);
      return row ? save(row, {}, onClash) : [404, { title: "Not found", code: "not-found" }];
    }
    const row = key && table("assignments").get(key);
    if (!row) return key ? [404, { title: "Not found", code: "not-found" }] : null;
    if (method !== "GET" && ifMatch !== `"${row.version}"`)
      return [412, { title: "Changed meanwhile", code: "version-mismatch" }];
    if (method === "PATCH") return save(row, body, onClash);
    if (method === "DELETE") return remove(row);
    if (method === "POST") return act(row, action, body, onClash);
    return [200, row];
  };

  function candidates(query) {
    const row = table("assignments").get(query.get("assignmentId"));
    const wanted = table("people").get(row?.personId)?.roleId;
    const found = rows("people")
      .filter((one) => one.kind === "person" && one.id !== row?.personId)
      .slice(0, 20);
    const judged = found.map((person, at) => {
      const days = clashesOf({ ...row, personId: person.id, commitment: "confirmed" }, row?.id).length;
      const role =
        person.roleId === wanted
          ? { reason: "role-matches", roleId: wanted }
          : { reason: "role-differs", roleId: person.roleId, wantedRoleId: wanted };
      const skill = person.skills[0] && {
        reason: at % 2 ? "skill-met" : "skill-too-low",
        skillId: person.skills[0].skillId,
        level: 3,
        minimumLevel: 2,
      };
      const free =
        days === 0
          ? { reason: "fully-free", freeMinutes: 4800, neededMinutes: 2400 }
          : { reason: "would-overbook", days, weeks: 0 };
      return {
        personId: person.id,
        name: person.name,
        roleId: person.roleId,
        freeMinutes: 4800,
        reasons: [role, skill, free].filter(Boolean),
        conflicts: [],
        days,
      };
    });
    judged.sort(
      (a, b) =>
        Number(a.reasons[0].reason !== "role-matches") - Number(b.reasons[0].reason !== "role-matches") ||
        a.days - b.days,
    );
    return { candidates: judged.map((one, at) => ({ rank: at + 1, ...one })), considered: judged.length };
  }
}

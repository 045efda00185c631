//! The demo company on paper: roles, skills, teams, people, clients and projects. Made up; any likeness is chance.

use jiff::civil::Date;

/// Name, bill and cost per hour in euro.
pub const ROLES: [(&str, i64, i64); 10] = [
    ("Software engineer", 110, 58),
    ("Senior software engineer", 135, 74),
    ("Product designer", 115, 60),
    ("User researcher", 112, 57),
    ("Project manager", 125, 66),
    ("Data scientist", 138, 76),
    ("Quality engineer", 98, 52),
    ("Cloud engineer", 132, 72),
    ("Content strategist", 95, 48),
    ("Business analyst", 118, 62),
];

/// Name and category.
pub const SKILLS: [(&str, &str); 18] = [
    ("Rust", "Engineering"),
    ("TypeScript", "Engineering"),
    ("Python", "Engineering"),
    ("React", "Engineering"),
    ("PostgreSQL", "Engineering"),
    ("Kubernetes", "Operations"),
    ("Security", "Operations"),
    ("Test automation", "Quality"),
    ("Figma", "Design"),
    ("Accessibility", "Design"),
    ("User interviews", "Design"),
    ("Data modelling", "Data"),
    ("Machine learning", "Data"),
    ("Copywriting", "Content"),
    ("Facilitation", "Delivery"),
    ("Requirements", "Delivery"),
    ("German", "Languages"),
    ("French", "Languages"),
];

/// Teams.
pub const TEAMS: [&str; 6] = ["Platform", "Apps", "Design", "Data", "Delivery", "Quality"];

/// How somebody works; the number is the calendar's in [`CALENDARS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Week {
    Full,
    NineDays,
    FourDays,
    Mornings,
    ThirtyHours,
}

/// Name and weeks of minutes, Monday to Sunday.
pub const CALENDARS: [(&str, &[[i64; 7]]); 5] = [
    ("Full time, 40 h", &[[480, 480, 480, 480, 480, 0, 0]]),
    ("Nine-day fortnight, 80 h in two weeks", &[[534, 534, 534, 534, 533, 0, 0], [533, 533, 533, 532, 0, 0, 0]]),
    ("Four-day week, 32 h", &[[480, 480, 480, 480, 0, 0, 0]]),
    ("Mornings, 20 h", &[[240, 240, 240, 240, 240, 0, 0]]),
    ("Thirty hours", &[[360, 360, 360, 360, 360, 0, 0]]),
];

/// Name, mail name, role, team, skills, week, yearly pay in thousand euro.
pub type Somebody = (&'static str, &'static str, usize, usize, &'static [usize], Week, i64);

use Week::{FourDays, Full, Mornings, NineDays, ThirtyHours};

/// The people. The first three have logins: owner, manager, member.
pub const PEOPLE: [Somebody; 40] = [
    ("Ingrid Solberg", "ingrid.solberg", 4, 4, &[14, 15], Full, 98),
    ("Kwame Mensah", "kwame.mensah", 4, 4, &[14, 15, 17], Full, 84),
    ("Yuki Tanabe", "yuki.tanabe", 0, 1, &[1, 3], Full, 68),
    ("Amara Okafor", "amara.okafor", 1, 0, &[0, 4, 5], Full, 92),
    ("Lukas Brandt", "lukas.brandt", 1, 0, &[0, 4, 16], NineDays, 90),
    ("Sofia Marinelli", "sofia.marinelli", 2, 2, &[8, 9], Full, 70),
    ("Rajesh Iyer", "rajesh.iyer", 5, 3, &[2, 11, 12], Full, 95),
    ("Chloé Fournier", "chloe.fournier", 2, 2, &[8, 10, 17], FourDays, 69),
    ("Mehmet Aydın", "mehmet.aydin", 7, 0, &[5, 6], Full, 88),
    ("Hannah Weiss", "hannah.weiss", 6, 5, &[7, 16], ThirtyHours, 60),
    ("Tomasz Zieliński", "tomasz.zielinski", 0, 1, &[1, 3, 7], Full, 64),
    ("Aisha Rahman", "aisha.rahman", 3, 2, &[10, 9], Full, 66),
    ("Diego Herrera", "diego.herrera", 0, 1, &[1, 3], Full, 63),
    ("Nguyễn Thị Lan", "lan.nguyen", 1, 1, &[1, 3, 4], Full, 87),
    ("Olena Kovalenko", "olena.kovalenko", 1, 0, &[0, 2, 4], Full, 89),
    ("Samuel Adeyemi", "samuel.adeyemi", 9, 4, &[15, 14], Full, 74),
    ("Freja Lindqvist", "freja.lindqvist", 2, 2, &[8, 9, 10], NineDays, 71),
    ("Mateus Carvalho", "mateus.carvalho", 0, 0, &[0, 4], Full, 65),
    ("Leila Haddad", "leila.haddad", 5, 3, &[2, 12, 17], Full, 91),
    ("Jonas Keller", "jonas.keller", 7, 0, &[5, 4, 16], Full, 86),
    ("Priya Raman", "priya.raman", 1, 1, &[1, 3, 7], FourDays, 85),
    ("Wei Zhang", "wei.zhang", 5, 3, &[2, 11], Full, 90),
    ("Elif Demir", "elif.demir", 6, 5, &[7, 1], Full, 61),
    ("Patrick O’Neill", "patrick.oneill", 4, 4, &[14, 15], Full, 82),
    ("Zanele Dlamini", "zanele.dlamini", 8, 2, &[13, 9], ThirtyHours, 55),
    ("Marek Novák", "marek.novak", 0, 0, &[0, 2], Full, 66),
    ("Camille Dubois", "camille.dubois", 9, 4, &[15, 17], Mornings, 73),
    ("Takumi Mori", "takumi.mori", 0, 1, &[1, 3, 9], Full, 64),
    ("Fatou Diallo", "fatou.diallo", 3, 2, &[10, 17], Full, 65),
    ("Björn Eriksson", "bjorn.eriksson", 1, 0, &[0, 5, 6], Full, 93),
    ("Noa Ben-David", "noa.bendavid", 2, 2, &[8, 13], Full, 68),
    ("Anjali Deshmukh", "anjali.deshmukh", 6, 5, &[7, 2], Full, 62),
    ("Carlos Quispe", "carlos.quispe", 0, 1, &[1, 4], Full, 62),
    ("Emily Carter", "emily.carter", 8, 2, &[13, 14], Mornings, 54),
    ("Stefan Popescu", "stefan.popescu", 7, 0, &[5, 6, 0], Full, 84),
    ("Min-jun Park", "minjun.park", 1, 3, &[2, 4, 11], Full, 88),
    ("Grace Wanjiru", "grace.wanjiru", 0, 1, &[1, 3, 9], Full, 65),
    ("Arjun Singh Gill", "arjun.gill", 0, 0, &[0, 4, 7], NineDays, 67),
    ("Katarzyna Wójcik", "katarzyna.wojcik", 4, 4, &[14, 16], FourDays, 80),
    ("Isabel Fuentes", "isabel.fuentes", 9, 4, &[15, 11], Full, 75),
];

/// Open demands: name and role.
pub const PLACEHOLDERS: [(&str, usize); 3] = [
    ("Senior software engineer to be hired", 1),
    ("Quality engineer to be hired", 6),
    ("Product designer, freelance", 2),
];

/// Clients.
pub const CLIENTS: [&str; 7] = [
    "Nordlicht Energy",
    "Caravel Shipping",
    "Municipality of Lindenau",
    "Pomelo Health",
    "Atlas Rail",
    "Brightwater Bank",
    "Mosaic Museum",
];

/// A project: name, code, client (none = our own), kind, status, first and last week from today, colour, budget in
/// hours, phases of equal length.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    pub name: &'static str,
    pub code: &'static str,
    pub client: Option<usize>,
    pub kind: u8,
    pub status: u8,
    pub weeks: (i64, i64),
    pub color: &'static str,
    pub budget_hours: i64,
    pub phases: &'static [&'static str],
}

const BUILD: &[&str] = &["Discovery", "Design", "Build", "Launch"];
const DATA: &[&str] = &["Inventory", "Model", "Pipelines", "Hand-over"];
const RUN: &[&str] = &["Operations"];

const fn work(
    (name, code): (&'static str, &'static str),
    client: Option<usize>,
    (kind, status): (u8, u8),
    weeks: (i64, i64),
    color: &'static str,
    budget_hours: i64,
    phases: &'static [&'static str],
) -> Work {
    Work { name, code, client, kind, status, weeks, color, budget_hours, phases }
}

/// Kinds: 0 managed, 1 not managed, 2 team augmentation. Status: 0 proposed, 1 active, 2 on hold, 3 completed.
pub const PROJECTS: [Work; 12] = [
    work(("Customer portal", "NL-PORTAL"), Some(0), (0, 1), (-24, 12), "#1f6feb", 6_200, BUILD),
    work(("Smart meter insights", "NL-METER"), Some(0), (0, 1), (-8, 26), "#0e8a7d", 5_400, DATA),
    work(("Fleet tracking app", "CS-FLEET"), Some(1), (0, 1), (-18, 20), "#8250df", 5_800, BUILD),
    work(("Port call optimiser", "CS-PORT"), Some(1), (0, 0), (6, 26), "#bf3989", 2_900, DATA),
    work(("Citizen services", "ML-CIVIC"), Some(2), (0, 1), (-12, 24), "#cf6a17", 5_100, BUILD),
    work(("Patient check-in", "PH-CHECK"), Some(3), (0, 3), (-26, -3), "#57606a", 2_700, BUILD),
    work(("Care team scheduling", "PH-CARE"), Some(3), (0, 1), (-4, 26), "#d1242f", 4_300, BUILD),
    work(("Timetable platform", "AR-TIME"), Some(4), (2, 1), (-26, 26), "#9a6700", 7_800, RUN),
    work(("Fraud signals", "BB-FRAUD"), Some(5), (0, 1), (-10, 18), "#116329", 3_900, DATA),
    work(("Branch tablet pilot", "BB-TABLET"), Some(5), (1, 2), (-14, 8), "#6639ba", 1_100, BUILD),
    work(("Audio guide", "MM-AUDIO"), Some(6), (0, 1), (-6, 14), "#0550ae", 1_900, BUILD),
    work(("Inside tooling", "IN-TOOLS"), None, (0, 1), (-26, 26), "#4d5560", 2_500, RUN),
];

/// The Monday of a day's week, moved by whole weeks.
pub fn monday(today: Date, weeks: i64) -> Date {
    let back = i64::from(today.weekday().to_monday_zero_offset());
    today.saturating_add(jiff::Span::new().days(weeks * 7 - back))
}

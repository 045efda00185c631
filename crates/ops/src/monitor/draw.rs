//! Draws a picture into a terminal. Colours are the terminal's own, so that they can be read on light and on dark ones;
//! none carries a meaning alone.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols;
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Block, BorderType, Cell, LineGauge, Paragraph, RenderDirection, Row, Sparkline, Table, Wrap};

use super::view::{Burn, View};

/// Smaller terminals get a line of text.
const COLUMNS_MIN: u16 = 76;
const ROWS_MIN: u16 = 22;

/// How to draw.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// Colours; else only bold and dim.
    pub colours: bool,
    /// The picture stands still.
    pub paused: bool,
}

#[derive(Clone, Copy)]
enum Tone {
    Good,
    Warn,
    Bad,
    Plain,
    Dim,
    Accent,
}

impl Look {
    fn style(self, tone: Tone) -> Style {
        let colour = |colour| if self.colours { Style::new().fg(colour) } else { Style::new() };
        match tone {
            Tone::Good => colour(Color::Green),
            Tone::Warn => colour(Color::Magenta).add_modifier(Modifier::BOLD),
            Tone::Bad => colour(Color::Red).add_modifier(Modifier::BOLD),
            Tone::Plain => Style::new(),
            Tone::Dim => Style::new().add_modifier(Modifier::DIM),
            Tone::Accent => colour(Color::Blue).add_modifier(Modifier::BOLD),
        }
    }

    fn block(self, title: &str) -> Block<'static> {
        let title = Span::styled(format!(" {title} "), self.style(Tone::Accent));
        Block::bordered().border_type(BorderType::Rounded).border_style(self.style(Tone::Dim)).title(title)
    }
}

/// Draws it all.
pub fn draw(frame: &mut Frame, view: &View, look: Look) {
    let area = frame.area();
    if area.width < COLUMNS_MIN || area.height < ROWS_MIN {
        let text = format!("{}\nThe monitor needs {COLUMNS_MIN} × {ROWS_MIN}; q ends it.", headline(view));
        frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
        return;
    }
    let tables = (view.replicas.len() + view.groups.len()) as u16 + if view.groups.is_empty() { 3 } else { 5 };
    let rows = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(6),
        Constraint::Length(9),
        Constraint::Min(tables.min(area.height.saturating_sub(17))),
        Constraint::Length(1),
    ])
    .split(area);
    title(frame, rows[0], view, look);
    tiles(frame, rows[1], view, look);
    let middle = Layout::horizontal([Constraint::Fill(3), Constraint::Fill(2)]).split(rows[2]);
    slo(frame, middle[0], view, look);
    release(frame, middle[1], view, look);
    fleet(frame, rows[3], view, look);
    foot(frame, rows[4], view, look);
}

fn headline(view: &View) -> String {
    let rate = view.traffic.per_second.map_or("–".to_owned(), |rate| format!("{rate:.0}/s"));
    format!("{}: {rate}, {} failed, p95 {}", view.title, percent(view.errors.share), ms(view.latency.p95_ms))
}

fn title(frame: &mut Frame, area: Rect, view: &View, look: Look) {
    let answering = view.replicas.iter().filter(|replica| replica.answers).count();
    let alarms = view.slo.burns.iter().filter(|burn| burn.alarming).count();
    let (sign, words, tone) = if answering == 0 {
        ("✖", "nothing answers".to_owned(), Tone::Bad)
    } else if alarms > 0 {
        ("▲", "the error budget burns".to_owned(), Tone::Bad)
    } else if answering < view.replicas.len() || view.groups.iter().any(|group| group.impaired) {
        ("▲", format!("{answering} of {} answer", view.replicas.len()), Tone::Warn)
    } else {
        ("●", "all is well".to_owned(), Tone::Good)
    };
    let left = Line::from(vec![
        Span::styled(" raally ", look.style(Tone::Accent)),
        Span::styled(view.title.clone(), Style::new().add_modifier(Modifier::BOLD)),
        Span::raw("   "),
        Span::styled(format!("{sign} {words}"), look.style(tone)),
    ]);
    let paused = if look.paused { "paused  " } else { "" };
    let right = Line::from(vec![
        Span::styled(paused, look.style(Tone::Warn)),
        Span::raw(view.at.clone()),
        Span::styled(format!("  watched {} ", duration(view.watched_seconds)), look.style(Tone::Dim)),
    ]);
    frame.render_widget(left, area);
    frame.render_widget(right.right_aligned(), area);
}

fn tiles(frame: &mut Frame, area: Rect, view: &View, look: Look) {
    let tiles = Layout::horizontal([Constraint::Fill(1); 4]).split(area);
    let narrow = tiles[0].width < 25;
    let rate = view.traffic.per_second.map_or("–".to_owned(), |rate| format!("{rate:.1} /s"));
    let in_work = if narrow { "open" } else { "in work," };
    let beside = format!("{} {in_work} {} streams", view.traffic.in_flight, view.traffic.streams);
    tile(
        frame,
        tiles[0],
        look,
        &Tile { title: "traffic", big: rate, beside, tone: Tone::Plain, history: &view.traffic.history },
    );

    let bad = view.errors.share.is_some_and(|share| share > 1.0 - view.slo.availability);
    let tone = if bad { Tone::Bad } else { Tone::Good };
    let sign = if bad { "✖ " } else { "" };
    let refused = view.errors.turned_away_per_second.map_or("–".to_owned(), |rate| format!("{rate:.1}"));
    let big = format!("{sign}{}", percent(view.errors.share));
    let beside = format!("{refused} /s {}", if narrow { "refused" } else { "turned away" });
    tile(frame, tiles[1], look, &Tile { title: "errors", big, beside, tone, history: &view.errors.history });

    let slow = view.latency.p95_ms.is_some_and(|p95| p95 > view.slo.p95_ms_max);
    let big = format!("{}p95 {}", if slow { "▲ " } else { "" }, ms(view.latency.p95_ms));
    let [p50, p99] = [view.latency.p50_ms, view.latency.p99_ms].map(ms);
    let beside =
        if narrow { format!("50: {p50} 99: {p99}").replace(" ms", "") } else { format!("p50 {p50}  p99 {p99}") };
    let tone = if slow { Tone::Warn } else { Tone::Good };
    tile(frame, tiles[2], look, &Tile { title: "latency", big, beside, tone, history: &view.latency.history });

    let cores = view.saturation.cores.map_or("–".to_owned(), |cores| format!("{cores:.2} cores"));
    let beside = format!("{}, queue {}", bytes(view.saturation.memory_bytes), view.saturation.queue_depth);
    let tone = if view.saturation.queue_depth > 100.0 { Tone::Warn } else { Tone::Plain };
    tile(
        frame,
        tiles[3],
        look,
        &Tile { title: "saturation", big: cores, beside, tone, history: &view.saturation.history },
    );
}

struct Tile<'a> {
    title: &'a str,
    big: String,
    beside: String,
    tone: Tone,
    history: &'a [f64],
}

fn tile(frame: &mut Frame, area: Rect, look: Look, tile: &Tile) {
    let block = look.block(tile.title);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let rows = Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Min(1)]).split(inner);
    frame.render_widget(Line::styled(tile.big.clone(), look.style(tile.tone).add_modifier(Modifier::BOLD)), rows[0]);
    frame.render_widget(Line::styled(tile.beside.clone(), look.style(Tone::Dim)), rows[1]);
    let width = usize::from(inner.width);
    let newest = &tile.history[tile.history.len().saturating_sub(width)..];
    let most = newest.iter().copied().fold(1e-9, f64::max);
    let bars: Vec<u64> = newest.iter().rev().map(|value| (value / most * 1000.0) as u64).collect();
    let sparkline = Sparkline::default().data(bars).max(1000).direction(RenderDirection::RightToLeft);
    let tone = if matches!(tile.tone, Tone::Plain) { Tone::Accent } else { tile.tone };
    frame.render_widget(sparkline.style(look.style(tone).remove_modifier(Modifier::BOLD)), rows[2]);
}

fn slo(frame: &mut Frame, area: Rect, view: &View, look: Look) {
    let block = look.block(&format!(
        "objectives: {} answered, p95 < {:.0} ms",
        percent(Some(view.slo.availability)),
        view.slo.p95_ms_max
    ));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let rows = Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Min(4)]).split(inner);
    let left = view.slo.budget_left;
    let tone = match left {
        Some(left) if left < 0.0 => Tone::Bad,
        Some(left) if left < 0.25 => Tone::Warn,
        Some(_) => Tone::Good,
        None => Tone::Dim,
    };
    let label = left.map_or("budget: nothing seen".to_owned(), |left| format!("budget left {:>4.0} %", left * 100.0));
    let gauge = LineGauge::default()
        .label(label)
        .ratio(left.unwrap_or(0.0).clamp(0.0, 1.0))
        .filled_symbol(symbols::line::THICK_HORIZONTAL)
        .unfilled_symbol(symbols::line::HORIZONTAL)
        .filled_style(look.style(tone))
        .unfilled_style(look.style(Tone::Dim));
    frame.render_widget(gauge, rows[0]);
    let seen = format!("of the {} watched, not of before", duration(view.watched_seconds));
    frame.render_widget(Line::styled(seen, look.style(Tone::Dim)), rows[1]);
    let header = Row::new(["burn", "alarm", "long", "short", "watched"]).style(look.style(Tone::Dim));
    let widths = [
        Constraint::Length(10),
        Constraint::Length(8),
        Constraint::Length(8),
        Constraint::Length(8),
        Constraint::Min(7),
    ];
    let burns = view.slo.burns.iter().map(|burn| burn_row(burn, look));
    frame.render_widget(Table::new(burns, widths).header(header).column_spacing(1), rows[2]);
}

fn burn_row(burn: &Burn, look: Look) -> Row<'static> {
    let (sign, tone) = match (burn.alarming, burn.long) {
        (true, _) => ("▲", Tone::Bad),
        (false, Some(_)) => ("●", Tone::Good),
        (false, None) => ("·", Tone::Dim),
    };
    let rate = |rate: Option<f64>| rate.map_or("–".to_owned(), |rate| format!("{rate:.1}×"));
    Row::new([
        Cell::new(format!("{}/{}", duration(burn.long_seconds), duration(burn.short_seconds))),
        Cell::new(format!("{sign} {}×", burn.threshold)).style(look.style(tone)),
        Cell::new(rate(burn.long)),
        Cell::new(rate(burn.short)),
        Cell::new(format!("{:.0} %", burn.long_watched * 100.0)).style(look.style(Tone::Dim)),
    ])
}

fn release(frame: &mut Frame, area: Rect, view: &View, look: Look) {
    let number = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.0}"));
    let rate = view.events.per_second.map_or("–".to_owned(), |rate| format!("{rate:.1}"));
    let mut lines = vec![
        Line::raw(format!("events {}  +{rate} /s", number(view.events.position))),
        Line::raw(format!("behind {}  unsealed {}", number(view.events.lag), number(view.events.unsealed))),
        Line::default(),
    ];
    let bar_width = usize::from(area.width.saturating_sub(18).min(30));
    match &view.release {
        None => lines.push(Line::styled("no release under way", look.style(Tone::Dim))),
        Some(release) => {
            lines.push(Line::styled(release.title.clone(), Style::new().add_modifier(Modifier::BOLD)));
            let filled = (release.done * bar_width).checked_div(release.of).unwrap_or(0).min(bar_width);
            let bar = format!("{}{} ", "━".repeat(filled), "─".repeat(bar_width - filled));
            lines.push(Line::from(vec![
                Span::styled(bar, look.style(Tone::Accent)),
                Span::raw(format!("step {} of {}", release.done, release.of)),
            ]));
            let tone = match release.verdict.as_deref() {
                Some("pass") => Tone::Good,
                Some("fail") => Tone::Bad,
                _ => Tone::Warn,
            };
            let verdict = release.verdict.clone().map(|verdict| Span::styled(format!("{verdict} "), look.style(tone)));
            lines.push(Line::from_iter(verdict.into_iter().chain(release.why.clone().map(Span::raw))));
        }
    }
    let text = Paragraph::new(Text::from(lines)).wrap(Wrap { trim: false });
    frame.render_widget(text.block(look.block("events and release")), area);
}

fn fleet(frame: &mut Frame, area: Rect, view: &View, look: Look) {
    let height = if view.groups.is_empty() { 0 } else { view.groups.len() as u16 + 3 };
    let rows = Layout::vertical([Constraint::Min(3), Constraint::Length(height)]).split(area);
    let header =
        Row::new(["instance", "version", "is", "req/s", "p95", "cores", "memory"]).style(look.style(Tone::Dim));
    let widths = [
        Constraint::Fill(3),
        Constraint::Fill(3),
        Constraint::Length(12),
        Constraint::Length(9),
        Constraint::Length(10),
        Constraint::Length(7),
        Constraint::Length(9),
    ];
    let number =
        |value: Option<f64>, digits: usize| value.map_or("–".to_owned(), |value| format!("{value:.digits$}"));
    let replicas = view.replicas.iter().map(|replica| {
        let (words, tone) = match (replica.answers, replica.database_healthy) {
            (false, _) => ("✖ silent", Tone::Bad),
            (true, Some(false)) => ("▲ read-only", Tone::Warn),
            (true, _) => ("● answers", Tone::Good),
        };
        Row::new([
            Cell::new(replica.name.clone()),
            Cell::new(replica.version.clone()).style(look.style(Tone::Dim)),
            Cell::new(words).style(look.style(tone)),
            Cell::new(number(replica.per_second, 1)),
            Cell::new(ms(replica.p95_ms)),
            Cell::new(number(replica.cores, 2)),
            Cell::new(bytes(replica.memory_bytes)),
        ])
    });
    frame.render_widget(Table::new(replicas, widths).header(header).block(look.block("instances")), rows[0]);
    let header = Row::new(["group", "version", "share", "att/s", "p95", "failed", ""]).style(look.style(Tone::Dim));
    let groups = view.groups.iter().map(|group| {
        let (sign, tone) = if group.impaired { ("▲ ejected", Tone::Bad) } else { ("●", Tone::Good) };
        Row::new([
            Cell::new(group.name.clone()),
            Cell::new(group.version.clone()).style(look.style(Tone::Dim)),
            Cell::new(format!("{:.1} %", group.weight * 100.0)),
            Cell::new(number(group.per_second, 1)),
            Cell::new(ms(group.p95_ms)),
            Cell::new(percent(group.failed)),
            Cell::new(sign).style(look.style(tone)),
        ])
    });
    frame
        .render_widget(Table::new(groups, widths).header(header).block(look.block("versions at the gateway")), rows[1]);
}

fn foot(frame: &mut Frame, area: Rect, view: &View, look: Look) {
    let line = match view.troubles.as_slice() {
        [] => Line::styled(" q ends  p pauses", look.style(Tone::Dim)),
        [first, rest @ ..] => {
            let more = if rest.is_empty() { String::new() } else { format!(" (and {} more)", rest.len()) };
            Line::styled(format!(" ✖ {first}{more}"), look.style(Tone::Bad))
        }
    };
    frame.render_widget(line, area);
}

fn ms(value: Option<f64>) -> String {
    match value {
        None => "–".to_owned(),
        Some(ms) if ms >= 10_000.0 => format!("{:.1} s", ms / 1_000.0),
        Some(ms) if ms >= 100.0 => format!("{ms:.0} ms"),
        Some(ms) => format!("{ms:.1} ms"),
    }
}

fn percent(share: Option<f64>) -> String {
    match share {
        None => "–".to_owned(),
        Some(0.0) => "0 %".to_owned(),
        Some(share) if share < 0.01 => format!("{:.2} %", share * 100.0),
        Some(share) => format!("{:.1} %", share * 100.0),
    }
}

fn bytes(bytes: f64) -> String {
    if bytes >= 1e9 { format!("{:.2} GB", bytes / 1e9) } else { format!("{:.0} MB", bytes / 1e6) }
}

fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{whole} s"),
        60..3_600 => format!("{} min", whole / 60),
        3_600..86_400 => format!("{} h", whole / 3_600),
        _ => format!("{} d", whole / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use ratatui::{Terminal, backend::TestBackend};

    use super::*;
    use crate::monitor::view::{Events, Group, Latency, Release, Replica, Saturation, Slo, Traffic};

    fn view() -> View {
        let burn = |threshold, long_seconds: f64, short_seconds, long: f64| Burn {
            threshold,
            long_seconds,
            short_seconds,
            long: Some(long),
            short: Some(long * 1.5),
            long_watched: (480.0 / long_seconds).min(1.0),
            alarming: long >= threshold,
        };
        let replica = |name: &str, answers| Replica {
            name: name.to_owned(),
            version: "0.1.0+abc".to_owned(),
            answers,
            database_healthy: Some(true),
            per_second: answers.then_some(66.7),
            p95_ms: answers.then_some(12.3),
            cores: answers.then_some(0.31),
            memory_bytes: 52e6,
        };
        let group = |name: &str, weight, failed| Group {
            name: name.to_owned(),
            version: "0.1.0+abc".to_owned(),
            weight,
            per_second: Some(200.0 * weight),
            failed: Some(failed),
            p95_ms: Some(14.0),
            impaired: failed > 0.02,
        };
        let wave = |height: f64| (0..60).map(|at| height * (1.0 + (f64::from(at) / 6.0).sin())).collect();
        View {
            title: "prod".to_owned(),
            at: "12:00:00".to_owned(),
            watched_seconds: 480.0,
            traffic: Traffic { per_second: Some(200.0), in_flight: 3.0, streams: 12.0, history: wave(100.0) },
            errors: super::super::view::Errors {
                share: Some(0.0142),
                turned_away_per_second: Some(0.0),
                history: wave(1.0),
            },
            latency: Latency { p50_ms: Some(2.1), p95_ms: Some(13.0), p99_ms: Some(140.0), history: wave(13.0) },
            saturation: Saturation { cores: Some(0.93), memory_bytes: 156e6, queue_depth: 2.0, history: wave(0.5) },
            slo: Slo {
                availability: 0.999,
                p95_ms_max: 100.0,
                budget_left: Some(0.37),
                burns: vec![
                    burn(14.4, 3_600.0, 300.0, 14.9),
                    burn(6.0, 21_600.0, 1_800.0, 2.0),
                    burn(3.0, 86_400.0, 7_200.0, 2.0),
                    burn(1.0, 259_200.0, 21_600.0, 0.6),
                ],
            },
            replicas: vec![replica("r1-1", true), replica("r1-2", true), replica("r2-1", false)],
            groups: vec![group("r1", 0.8, 0.0), group("r1-beside-r2", 0.1, 0.001), group("r2", 0.1, 0.052)],
            events: Events { position: Some(1_277.0), per_second: Some(4.0), lag: Some(0.0), unsealed: Some(3.0) },
            release: Some(Release {
                title: "0.2.0+def by canary".to_owned(),
                done: 4,
                of: 11,
                verdict: Some("fail".to_owned()),
                why: Some("5.2 % of 480 attempts failed, 0.1 % at the baseline".to_owned()),
            }),
            troubles: vec!["r2-1: connection refused".to_owned()],
        }
    }

    fn drawn(view: &View, columns: u16, rows: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a buffer");
        terminal.draw(|frame| draw(frame, view, Look { colours: true, paused: false })).expect("a buffer");
        terminal.backend().to_string()
    }

    #[test]
    fn wide_terminal_shows_everything() {
        insta::assert_snapshot!("wide", drawn(&view(), 120, 34));
    }

    #[test]
    fn eighty_columns_are_enough() {
        insta::assert_snapshot!("eighty", drawn(&view(), 80, 30));
    }

    #[test]
    fn empty_picture_says_so() {
        insta::assert_snapshot!("empty", drawn(&View::default(), 100, 26));
    }

    #[test]
    fn tiny_terminals_get_a_sentence_and_no_panic() {
        assert!(drawn(&view(), 40, 8).contains("The monitor needs"));
        for (columns, rows) in [(1, 1), (76, 22), (300, 5), (200, 100)] {
            drawn(&view(), columns, rows);
        }
    }

    #[test]
    fn what_is_wrong_is_told_by_signs_not_only_colours() {
        let text = drawn(&view(), 120, 34);
        for sign in ["▲ the error budget burns", "✖ silent", "▲ ejected", "✖ r2-1: connection refused"] {
            assert!(text.contains(sign), "{sign} is missing in\n{text}");
        }
    }
}

//! Draws a picture into a terminal. Colours are the terminal's own, so that they can be read on light and on dark ones;
//! none carries a meaning alone.

mod fleet;
mod objectives;
#[cfg(test)]
mod tests;
mod tiles;
mod words;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Block, BorderType, Paragraph, Wrap};

use super::view::View;
use fleet::fleet;
use objectives::slo;
use tiles::tiles;
use words::{duration, ms, percent};

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

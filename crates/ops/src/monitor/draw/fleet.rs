//! The instances, and the versions at the gateway.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::{Cell, Row, Table};

use super::words::{bytes, ms, percent};
use super::{Look, Tone};
use crate::monitor::view::View;

/// Draws them.
pub(super) fn fleet(frame: &mut Frame, area: Rect, view: &View, look: Look) {
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

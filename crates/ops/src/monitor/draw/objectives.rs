//! The objectives: what is left of the error budget, and how fast it burns.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::symbols;
use ratatui::text::Line;
use ratatui::widgets::{Cell, LineGauge, Row, Table};

use super::words::{duration, percent};
use super::{Look, Tone};
use crate::monitor::view::{Burn, View};

/// Draws them.
pub(super) fn slo(frame: &mut Frame, area: Rect, view: &View, look: Look) {
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

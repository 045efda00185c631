//! The four tiles: traffic, errors, latency, saturation, each with its last minutes.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Modifier;
use ratatui::text::Line;
use ratatui::widgets::{RenderDirection, Sparkline};

use super::words::{bytes, ms, percent};
use super::{Look, Tone};
use crate::monitor::view::View;

/// Draws them.
pub(super) fn tiles(frame: &mut Frame, area: Rect, view: &View, look: Look) {
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

//! What is drawn, in terminals of several sizes.

use ratatui::{Terminal, backend::TestBackend};

use super::*;
use crate::monitor::view::{Burn, Events, Group, Latency, Release, Replica, Saturation, Slo, Traffic};

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

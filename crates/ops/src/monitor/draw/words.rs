//! Figures as people read them.

pub(super) fn ms(value: Option<f64>) -> String {
    match value {
        None => "–".to_owned(),
        Some(ms) if ms >= 10_000.0 => format!("{:.1} s", ms / 1_000.0),
        Some(ms) if ms >= 100.0 => format!("{ms:.0} ms"),
        Some(ms) => format!("{ms:.1} ms"),
    }
}

pub(super) fn percent(share: Option<f64>) -> String {
    match share {
        None => "–".to_owned(),
        Some(0.0) => "0 %".to_owned(),
        Some(share) if share < 0.01 => format!("{:.2} %", share * 100.0),
        Some(share) => format!("{:.1} %", share * 100.0),
    }
}

pub(super) fn bytes(bytes: f64) -> String {
    if bytes >= 1e9 { format!("{:.2} GB", bytes / 1e9) } else { format!("{:.0} MB", bytes / 1e6) }
}

pub(super) fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{whole} s"),
        60..3_600 => format!("{} min", whole / 60),
        3_600..86_400 => format!("{} h", whole / 3_600),
        _ => format!("{} d", whole / 86_400),
    }
}

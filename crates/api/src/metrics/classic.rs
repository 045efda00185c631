//! The older text format, for scrapers that don't ask for OpenMetrics: it has no units, no examples and no end mark, and
//! a counter's type is told of its sample.
//!
//! Source: Prometheus, "Exposition formats", text format 0.0.4; OpenMetrics 1.0, "Overall structure".

/// Media type of the older format.
pub const CLASSIC: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Whether a scraper with this `Accept` wants the older format: it names text, and neither OpenMetrics nor everything.
pub(crate) fn is_wanted(accept: Option<&str>) -> bool {
    let named = |name: &str| accept.is_some_and(|accept| accept.split(',').any(|one| one.trim().starts_with(name)));
    (named("text/plain") || named("text/*")) && !named("application/openmetrics-text") && !named("*/*")
}

/// What OpenMetrics says, in the older format.
pub(crate) fn from_open_metrics(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut counter = "";
    for line in text.lines() {
        if line == "# EOF" || line.starts_with("# UNIT ") {
            continue;
        }
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap_or((rest, "untyped"));
            let (suffix, kind) = match kind {
                "counter" => ("_total", "counter"),
                "info" => ("_info", "gauge"),
                "unknown" => ("", "untyped"),
                kind => ("", kind),
            };
            counter = if kind == "counter" { name } else { "" };
            out.extend(["# TYPE ", name, suffix, " ", kind, "\n"]);
            continue;
        }
        // The time at which a counter began is no sample of the older format.
        let sample = line.split([' ', '{']).next().unwrap_or(line);
        if !counter.is_empty() && sample.strip_suffix("_created") == Some(counter) {
            continue;
        }
        let shown = if line.starts_with('#') { line } else { line.split_once(" # ").map_or(line, |(shown, _)| shown) };
        out.extend([shown, "\n"]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: &str = "# HELP a_seconds Time.\n# TYPE a_seconds histogram\n# UNIT a_seconds seconds\n\
        a_seconds_bucket{le=\"1.0\"} 2 # {trace_id=\"4bf9\"} 0.5 1.0\n# HELP b Count.\n# TYPE b counter\nb_total 3\n\
        # HELP c Build.\n# TYPE c info\nc_info{v=\"1\"} 1\n# EOF\n";

    #[test]
    fn older_format_has_no_examples_and_types_its_samples() {
        let text = from_open_metrics(OPEN);
        assert_eq!(
            text,
            "# HELP a_seconds Time.\n# TYPE a_seconds histogram\na_seconds_bucket{le=\"1.0\"} 2\n# HELP b Count.\n\
             # TYPE b_total counter\nb_total 3\n# HELP c Build.\n# TYPE c_info gauge\nc_info{v=\"1\"} 1\n"
        );
    }

    #[test]
    fn only_who_asks_for_text_alone_gets_the_older_format() {
        assert!(is_wanted(Some("text/plain;version=0.0.4")) && is_wanted(Some("text/html, text/plain")));
        let prometheus = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1";
        assert!(!is_wanted(Some(prometheus)) && !is_wanted(Some("*/*")) && !is_wanted(None));
        assert!(!is_wanted(Some("text/plain, application/openmetrics-text")));
    }
}

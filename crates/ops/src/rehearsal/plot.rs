//! Small plots as SVG text: lines or stacked areas over time, with marks where something happened. Colours are classes, so
//! that the page's theme decides.

use std::fmt::Write;

const WIDTH: f64 = 1_000.0;
const HEIGHT: f64 = 200.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 26.0;

/// One series: its class (`s0` to `s4`), its name, its points in time order. `NaN` is a gap.
pub struct Series {
    pub class: String,
    pub name: String,
    pub points: Vec<(f64, f64)>,
}

/// A mark: when, which class, and what to write.
pub struct Mark {
    pub at_s: f64,
    pub class: &'static str,
    pub text: String,
}

/// A time with a name.
pub struct Band {
    pub from_s: f64,
    pub to_s: f64,
    pub text: String,
}

/// How the values are drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Lines,
    Stacked,
}

/// A plot of one figure.
pub struct Plot<'a> {
    pub title: &'a str,
    pub unit: &'a str,
    pub form: Form,
    pub series: &'a [Series],
    pub marks: &'a [Mark],
    pub bands: &'a [Band],
    pub end_s: f64,
    /// The least that the axis reaches to.
    pub top: f64,
}

impl Plot<'_> {
    /// As SVG.
    pub fn svg(&self) -> String {
        let top = nice(self.highest().max(self.top));
        let x = |at: f64| LEFT + at / self.end_s.max(1.0) * (WIDTH - LEFT - RIGHT);
        let y = |value: f64| HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM);
        let mut svg =
            format!("<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">", escape(self.title));
        for band in self.bands {
            let (from, to) = (x(band.from_s), x(band.to_s.min(self.end_s)));
            _ = write!(
                svg,
                "<rect class=\"band\" x=\"{from:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{:.1}\"/>\
                 <text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                (to - from).max(0.0),
                HEIGHT - TOP - BOTTOM,
                from + 4.0,
                TOP - 4.0,
                escape(&band.text)
            );
        }
        for part in 0..=4 {
            let value = top * f64::from(part) / 4.0;
            let at = y(value);
            _ = write!(
                svg,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
                 <text class=\"tick\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}{}</text>",
                WIDTH - RIGHT,
                LEFT - 8.0,
                at + 4.0,
                short(value),
                self.unit
            );
        }
        let step = time_step(self.end_s);
        for tick in 0..=(self.end_s / step) as u32 {
            let at = f64::from(tick) * step;
            _ = write!(
                svg,
                "<text class=\"tick\" x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{at:.0} s</text>",
                x(at),
                HEIGHT - 6.0
            );
        }
        for mark in self.marks {
            let (at, text) = (x(mark.at_s), escape(&mark.text));
            _ = write!(
                svg,
                "<line class=\"mark {}\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{TOP}\" y2=\"{}\"><title>{text}</title></line>",
                mark.class,
                HEIGHT - BOTTOM
            );
        }
        match self.form {
            Form::Lines => self.lines(&mut svg, &x, &y),
            Form::Stacked => self.areas(&mut svg, &x, &y),
        }
        svg.push_str("</svg>");
        svg
    }

    fn highest(&self) -> f64 {
        let values = |series: &Series| {
            series.points.iter().map(|(_, value)| *value).filter(|value| value.is_finite()).fold(0.0, f64::max)
        };
        match self.form {
            Form::Lines => self.series.iter().map(values).fold(0.0, f64::max),
            Form::Stacked => {
                self.stack().last().map_or(0.0, |(_, last)| last.iter().map(|(_, value)| *value).fold(0.0, f64::max))
            }
        }
    }

    fn lines(&self, svg: &mut String, x: &impl Fn(f64) -> f64, y: &impl Fn(f64) -> f64) {
        for series in self.series {
            let mut path = String::new();
            let mut pen_is_down = false;
            for (at, value) in &series.points {
                if value.is_finite() {
                    _ = write!(path, "{}{:.1} {:.1}", if pen_is_down { 'L' } else { 'M' }, x(*at), y(*value));
                }
                pen_is_down = value.is_finite();
            }
            _ = write!(
                svg,
                "<path class=\"line {}\" d=\"{path}\"><title>{}</title></path>",
                series.class,
                escape(&series.name)
            );
        }
    }

    fn areas(&self, svg: &mut String, x: &impl Fn(f64) -> f64, y: &impl Fn(f64) -> f64) {
        let stack = self.stack();
        for (at, (series, upper)) in stack.iter().enumerate() {
            let mut path = String::new();
            for (number, (time, value)) in upper.iter().enumerate() {
                _ = write!(path, "{}{:.1} {:.1}", if number == 0 { 'M' } else { 'L' }, x(*time), y(*value));
            }
            let below = at.checked_sub(1).map(|below| &stack[below].1);
            for (number, (time, _)) in upper.iter().enumerate().rev() {
                let value = below.map_or(0.0, |below| below[number].1);
                _ = write!(path, "L{:.1} {:.1}", x(*time), y(value));
            }
            _ = write!(
                svg,
                "<path class=\"area {}\" d=\"{path}Z\"><title>{}</title></path>",
                series.class,
                escape(&series.name)
            );
        }
    }

    /// Each series with its points on top of those before it. All have the same times.
    fn stack(&self) -> Vec<(&Series, Vec<(f64, f64)>)> {
        let mut sums: Vec<f64> = Vec::new();
        let mut stack = Vec::new();
        for series in self.series {
            sums.resize(series.points.len().max(sums.len()), 0.0);
            let points = series.points.iter().zip(&mut sums).map(|((at, value), sum)| {
                *sum += if value.is_finite() { *value } else { 0.0 };
                (*at, *sum)
            });
            stack.push((series, points.collect()));
        }
        stack
    }
}

/// 1, 2, 2.5 or 5 times a power of ten, so that a quarter of it is a round number too.
fn nice(value: f64) -> f64 {
    let power = 10_f64.powf(value.max(1e-9).log10().floor());
    let steps = [1.0, 2.0, 4.0, 6.0, 8.0, 10.0];
    steps.into_iter().map(|step| step * power).find(|step| *step >= value).unwrap_or(10.0 * power)
}

fn time_step(end_s: f64) -> f64 {
    [5.0, 10.0, 15.0, 30.0, 60.0, 120.0].into_iter().find(|step| end_s / step <= 12.0).unwrap_or(300.0)
}

fn short(value: f64) -> String {
    if value >= 10.0 || value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

/// Text in HTML and SVG.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_round_numbers_above_the_highest_value() {
        for (value, wanted) in [(0.7, 0.8), (1.0, 1.0), (23.0, 40.0), (240.0, 400.0), (81.0, 100.0)] {
            assert!((nice(value) - wanted).abs() < 1e-9, "{value}: {}", nice(value));
        }
    }

    #[test]
    fn a_gap_lifts_the_pen() {
        let series =
            Series { class: "s0".into(), name: "<a>".into(), points: vec![(0.0, 1.0), (1.0, f64::NAN), (2.0, 1.0)] };
        let plot = Plot {
            title: "t",
            unit: "",
            form: Form::Lines,
            series: &[series],
            marks: &[],
            bands: &[],
            end_s: 2.0,
            top: 1.0,
        };
        let svg = plot.svg();
        assert_eq!(svg.matches("M").count(), 2, "{svg}");
        assert!(svg.contains("&lt;a&gt;") && !svg.contains("NaN"));
    }
}

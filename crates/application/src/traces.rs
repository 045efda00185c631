//! Which recorded traces led to some events: the links of the spans that follow from many requests.

/// Traces that are named; one span has no use for more.
const TRACES_MAX: usize = 128;

/// Each `traceparent` once, with blanks between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traces {
    text: String,
    count: usize,
}

impl Traces {
    /// Adds those that are sampled, while there is a place.
    pub fn add<'t>(&mut self, traceparents: impl IntoIterator<Item = &'t str>) {
        let mut last = "";
        for traceparent in traceparents.into_iter().filter(|traceparent| traceparent.ends_with("-01")) {
            if self.count >= TRACES_MAX {
                return;
            }
            // The events of one request lie side by side.
            if traceparent != last && !self.text.contains(traceparent) {
                if self.count > 0 {
                    self.text.push(' ');
                }
                self.text.push_str(traceparent);
                self.count += 1;
            }
            last = traceparent;
        }
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// As one text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sampled_trace_is_named_once_and_not_too_many() {
        let sampled = |number: usize| format!("00-{number:032x}-00f067aa0ba902b7-01");
        let mut traces = Traces::default();
        traces.add(["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", ""]);
        assert!(traces.is_empty());
        let all: Vec<String> = (1..=TRACES_MAX + 5).flat_map(|number| [sampled(number), sampled(number)]).collect();
        traces.add(all.iter().map(String::as_str));
        traces.add([all[0].as_str()]);
        let named: Vec<&str> = traces.as_str().split(' ').collect();
        assert_eq!(named.len(), TRACES_MAX);
        assert_eq!((named[0], named[1]), (sampled(1).as_str(), sampled(2).as_str()));
    }
}

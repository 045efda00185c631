//! The end of a request whose answer came from a target: the connection goes back, the log gets its line.

use crate::access::Line;
use crate::pool::Link;
use crate::shared::Place;

#[derive(Debug)]
pub(crate) struct Finish {
    /// Given back at the end.
    pub place: Option<Place>,
    pub worker: usize,
    pub cohort: usize,
    /// Whether the target's answer was a failure already; then a break is no second one.
    pub failed: bool,
    pub line: Option<Box<Line>>,
}

impl Finish {
    /// The answer went through to its last byte.
    pub fn whole(&mut self, link: Link, bytes: u64) {
        if let Some(place) = self.place.take() {
            place.target().pools[self.worker].put(link);
        }
        self.log(bytes, "whole");
    }

    /// The target's side broke off.
    pub fn broken(&mut self, bytes: u64) {
        if let Some(place) = self.place.take().filter(|_| !self.failed) {
            place.group().counters.aborted(self.worker, self.cohort);
            place.target().outlier.settle(true);
        }
        self.log(bytes, "broken");
    }

    /// The client left.
    pub fn left(&mut self, bytes: u64) {
        self.place = None;
        self.log(bytes, "left");
    }

    fn log(&mut self, bytes: u64, end: &'static str) {
        if let Some(line) = self.line.take() {
            line.write(bytes, end);
        }
    }
}

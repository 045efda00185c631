//! Follows a controller that takes the steps by itself, until it has ended them well or not.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::steps::{Stop, bad};
use super::{Executor, News};
use crate::journal::{Event, Seen, Unfinished, Wish};
use crate::model::ids::ReleaseId;
use crate::target::{Progress, Target};

const LOOK_EVERY: Duration = Duration::from_millis(500);

impl<T: Target> Executor<'_, T> {
    /// To the end of all of its steps; `whole` is without them.
    pub(super) async fn follow(
        &mut self,
        release: ReleaseId,
        whole: bool,
        unfinished: &Unfinished,
    ) -> Result<String, Stop> {
        let deadline = Instant::now() + Duration::from_secs(self.environment.gates.ready_seconds_max);
        let mut noted = None;
        loop {
            self.lock.check().await?;
            let progress = self.target.progress(release, whole).await.map_err(bad)?;
            let (verdict, why) = match &progress {
                Progress::Done(why) => return Ok(why.clone()),
                Progress::Bad(why) => return Err(Stop::Bad(why.clone())),
                Progress::Unseen(why) if Instant::now() > deadline => return Err(Stop::Bad(why.clone())),
                Progress::Unseen(why) | Progress::Going(why) => ("going", why.clone()),
                Progress::Paused(why) => ("paused", why.clone()),
            };
            if noted.as_ref() != Some(&(verdict, why.clone())) {
                (self.tell)(News::Saw { verdict, why: why.clone(), groups: BTreeMap::new() });
                let seen = Seen { watch: 0, verdict: verdict.to_owned(), why: why.clone(), groups: BTreeMap::new() };
                self.journal.append(Event::Saw(seen)).await?;
                noted = Some((verdict, why));
            }
            // A promotion is for the pause that a person saw: one that was noted before this process began is over.
            match self.fresh_wish().await? {
                Some(Wish::Abort) if unfinished.turned_back.is_none() => {
                    return Err(Stop::Bad("a person asked for it".to_owned()));
                }
                Some(Wish::Promote) if matches!(progress, Progress::Paused(_)) => {
                    self.target.promote().await.map_err(bad)?;
                }
                _ => sleep(LOOK_EVERY).await,
            }
        }
    }
}

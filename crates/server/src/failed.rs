//! Why a command ended without doing what was asked: whose fault, one sentence, and what to do next.

use std::process::ExitCode;

use raally_application::Failure;
use raally_domain::decide::Refusal;
use raally_shipping::ShippingError;
use raally_storage::StoreError;

/// Exit code: the input was wrong.
pub const INPUT: u8 = 1;
/// Exit code: our fault, or that of something we depend on.
pub const OURS: u8 = 2;

/// A command's failure.
#[derive(Debug)]
pub struct Failed {
    /// Whose fault.
    pub exit: u8,
    /// One sentence, without a full stop at its end.
    pub what: String,
    /// One line each, where there are several faults.
    pub faults: Vec<String>,
    /// What to do about it.
    pub next: Option<String>,
}

impl Failed {
    /// The input was wrong.
    pub fn input(what: impl Into<String>) -> Self {
        Self { exit: INPUT, what: what.into(), faults: Vec::new(), next: None }
    }

    /// Our fault, or that of something we depend on.
    pub fn ours(what: impl Into<String>) -> Self {
        Self { exit: OURS, ..Self::input(what) }
    }

    /// Says what to do.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// The configuration has faults.
    pub fn configuration(faults: Vec<String>) -> Self {
        let what = match faults.len() {
            1 => "the configuration has a fault".to_owned(),
            count => format!("the configuration has {count} faults"),
        };
        Self { faults, ..Self::input(what) }.next("run `raally config docs` for every option and its meaning")
    }

    /// As an exit code.
    pub fn exit(&self) -> ExitCode {
        self.exit.into()
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Setup { .. } => Self::input(error.to_string()),
            StoreError::BuildTooOld { oldest_safe_build, .. } => {
                Self::input(error.to_string()).next(format!("install raally {oldest_safe_build} or newer"))
            }
            StoreError::Unavailable { .. } => {
                Self::ours(error.to_string()).next("run `raally doctor` to see what is wrong with it")
            }
            _ => Self::ours(error.to_string()),
        }
    }
}

impl From<ShippingError> for Failed {
    fn from(error: ShippingError) -> Self {
        match error {
            ShippingError::Input(what) => Self::input(what),
            ShippingError::Store(error) => error.into(),
            ShippingError::Damaged { .. } => Self::ours(error.to_string())
                .next("take another copy of the backups, or what is whole of this one with --last-good"),
            other => Self::ours(other.to_string()),
        }
    }
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        match &failure {
            Failure::Refused(Refusal::Invalid(faults)) => {
                let faults = faults.iter().map(|fault| format!("{}: {}", fault.pointer, fault.rule)).collect();
                Self { faults, ..Self::input(failure.to_string()) }
            }
            Failure::Bug { detail } | Failure::Unavailable { detail } => Self::ours(format!("{failure}: {detail}")),
            Failure::OverLimit { .. } => Self::ours(failure.to_string()),
            _ => Self::input(failure.to_string()),
        }
    }
}

impl From<std::fmt::Error> for Failed {
    fn from(error: std::fmt::Error) -> Self {
        Self::ours(error.to_string())
    }
}

impl From<serde_json::Error> for Failed {
    fn from(error: serde_json::Error) -> Self {
        Self::ours(error.to_string())
    }
}

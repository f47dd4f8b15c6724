//! What an engine did, kept for the summary while it is told.

use std::sync::Mutex;

use lightsout_engine::{Observer, Progress};
use lightsout_forge::Ensured;

use crate::actions::{Level, annotate};
use crate::output::action_line;
use crate::progress::Narrator;

/// Tells what happens, and remembers what was done.
#[derive(Debug)]
pub(super) struct Diary {
    narrator: Narrator,
    done: Mutex<Vec<String>>,
}

impl Diary {
    pub(super) fn new() -> Self {
        Self {
            narrator: Narrator::new(true),
            done: Mutex::default(),
        }
    }

    /// Each action that was performed, in a line.
    pub(super) fn done(&self) -> Vec<String> {
        let done = self.done.lock();
        done.map(|done| done.clone()).unwrap_or_default()
    }
}

impl Observer for Diary {
    fn saw(&self, progress: &Progress<'_>) {
        self.narrator.saw(progress);
        let line = match progress {
            Progress::Acted {
                action, ensured, ..
            } => {
                let changed = match ensured {
                    Ensured::Changed => "",
                    Ensured::NotNeeded => " (it was so already)",
                };
                format!("{}{changed}", action_line(action))
            }
            Progress::Refused { why, .. } => {
                // The job goes on and may end well, and somebody has to know all the same.
                annotate(Level::Warning, "Not done", why);
                format!("not done: {why}")
            }
            _ => return,
        };
        if let Ok(mut done) = self.done.lock() {
            done.push(line);
        }
    }
}

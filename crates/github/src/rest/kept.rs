//! Answers that are kept with their entity tags, so that what has not changed is not sent again.

use std::collections::HashMap;

use http::HeaderValue;

use super::Answer;

/// How many bytes are kept in all.
const ROOM: usize = 32 << 20;

/// What was read, by path.
#[derive(Debug, Default)]
pub(super) struct Kept {
    answers: HashMap<String, (HeaderValue, Answer)>,
    bytes: usize,
}

impl Kept {
    pub(super) fn get(&self, key: &str) -> Option<(HeaderValue, Answer)> {
        self.answers.get(key).cloned()
    }

    pub(super) fn put(&mut self, key: String, tag: HeaderValue, answer: Answer) {
        let bytes = answer.body.len();
        if let Some((_, old)) = self.answers.remove(&key) {
            self.bytes -= old.body.len();
        }
        if self.bytes + bytes > ROOM {
            self.answers.clear();
            self.bytes = 0;
        }
        if bytes <= ROOM {
            self.bytes += bytes;
            self.answers.insert(key, (tag, answer));
        }
    }
}

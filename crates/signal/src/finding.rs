//! What is odd about a transcript.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One oddity, with the sentence that the factory posts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which oddity.
    pub code: FindingCode,
    /// The sentence for people.
    pub message: String,
}

/// The longest detail of a transcript that a finding quotes.
const LONGEST_DETAIL: usize = 300;

impl Finding {
    /// Returns a finding: the code's sentence, then `detail` if there is any, shortened.
    pub fn new(code: FindingCode, detail: &str) -> Self {
        let detail: String = detail.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut short: String = detail.chars().take(LONGEST_DETAIL).collect();
        if short.len() < detail.len() {
            short.push('…');
        }
        let sentence = code.sentence();
        let message = if short.is_empty() {
            sentence.to_owned()
        } else {
            format!("{sentence} ({short})")
        };
        Self { code, message }
    }
}

macro_rules! codes {
    ($($name:ident $code:literal $sentence:literal,)*) => {
        /// The kinds of oddity. The documentation of each is the sentence that is posted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum FindingCode {
            $(
                #[doc = $sentence]
                #[serde(rename = $code)]
                $name,
            )*
        }

        impl FindingCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the stable name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Returns the sentence for people, without its final period.
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)* }
            }
        }
    };
}

codes! {
    Empty "empty" "the agent printed nothing",
    NoSignal "no_signal" "the agent's last line is neither READY nor WAITING",
    SignalNotAlone "signal_not_alone" "the agent's last line mentions READY or WAITING among other words, which is no signal",
    SignalInCode "signal_in_code" "the agent's last line stands in a code block, where it is no signal",
    NoResult "no_result" "the transcript ends without a final result: the agent crashed, was ended, or its output was cut",
    Truncated "truncated" "the transcript ends in the middle of a message",
    Unreadable "unreadable" "the transcript could not be read to its end",
    Malformed "malformed" "a part of the transcript is not the JSON it should be and was skipped",
    NotUtf8 "not_utf8" "the transcript holds bytes that are not UTF-8",
    Cut "cut" "a very long text in the transcript was cut",
    TooLong "too_long" "a message in the transcript is too long to be read and was skipped",
    Doubled "doubled" "the transcript holds the same result twice; it was counted once",
    Interleaved "interleaved" "the transcript mixes several runs, so none of their signals counts",
    TalkAfterResult "talk_after_result" "the agent went on after its result, so that result is not its last word",
    ErrorResult "error_result" "the agent stopped with an error",
    SuccessIsError "success_is_error" "the agent reports success and an error at once, which counts as a failure",
    Refused "refused" "the model refused to do the work",
    BadNumber "bad_number" "a number in the agent's report makes no sense and was left out",
    ReadyWithoutCommit "ready_without_commit" "the agent said READY and committed nothing",
    WaitingWithCommits "waiting_with_commits" "the agent said WAITING after it had committed; those commits are dropped",
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_sentences_are_distinct() {
        for (index, code) in FindingCode::ALL.iter().enumerate() {
            for other in &FindingCode::ALL[index + 1..] {
                assert_ne!(code.name(), other.name());
                assert_ne!(code.sentence(), other.sentence());
            }
            assert!(!code.sentence().ends_with('.'));
        }
    }

    #[test]
    fn details_are_one_short_line() {
        let finding = Finding::new(FindingCode::ErrorResult, &"a\nb ".repeat(400));
        assert!(!finding.message.contains('\n'));
        assert!(finding.message.chars().count() < 400);
        assert!(finding.message.ends_with("…)"));
    }
}

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
    /// Returns what the transcript says about it, if anything. Somebody else's words: hostile until escaped.
    pub fn detail(&self) -> &str {
        let rest = self.message.strip_prefix(self.code.sentence());
        rest.and_then(|rest| rest.strip_prefix(" (")?.strip_suffix(')'))
            .unwrap_or_default()
    }

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

/// What a finding does to the signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// Worth knowing; the signal counts.
    Note,
    /// Nothing counts as a signal beside it.
    Void,
}

macro_rules! codes {
    ($($name:ident $code:literal $weight:ident $sentence:literal $advice:literal,)*) => {
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

            /// Returns how to go on from here, in a sentence for people; empty where there is nothing to do.
            pub const fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice,)* }
            }

            /// Returns what it does to the signal.
            pub const fn weight(self) -> Weight {
                match self { $(Self::$name => Weight::$weight,)* }
            }
        }
    };
}

codes! {
    Empty "empty" Void "the agent printed nothing"
        "Its program may not be installed, or not be logged in; comment `/retry` once that is mended.",
    NoSignal "no_signal" Void "the agent's last line is neither READY nor WAITING"
        "If its last words hold a question, answer it; else comment `/retry`.",
    SignalNotAlone "signal_not_alone" Void "the agent's last line mentions READY or WAITING among other words, which is no signal"
        "If its last words hold a question, answer it; else comment `/retry`.",
    SignalInCode "signal_in_code" Void "the agent's last line stands in a code block, where it is no signal"
        "If its last words hold a question, answer it; else comment `/retry`.",
    AwaitsNotification "awaits_notification" Void "the agent ended its turn to wait for a notification, and nothing wakes it again"
        "Comment `/retry`, and say in the same comment that commands must be waited for and not be left in the background.",
    NoResult "no_result" Void "the transcript ends without a final result: the agent crashed, was ended, or its output was cut"
        "Comment `/retry`.",
    Truncated "truncated" Void "the transcript ends in the middle of a message"
        "Comment `/retry`.",
    Unreadable "unreadable" Void "the transcript could not be read to its end"
        "Comment `/retry` once the disk is well.",
    Malformed "malformed" Note "a part of the transcript is not the JSON it should be and was skipped" "",
    NotUtf8 "not_utf8" Note "the transcript holds bytes that are not UTF-8" "",
    Cut "cut" Note "a very long text in the transcript was cut" "",
    TooLong "too_long" Note "a message in the transcript is too long to be read and was skipped" "",
    Doubled "doubled" Note "the transcript holds the same run twice; it was counted once" "",
    Interleaved "interleaved" Void "the transcript mixes several runs, so none of their signals counts"
        "Two agents may have written into one file; comment `/retry`.",
    TalkAfterResult "talk_after_result" Void "the agent went on after its result, so that result is not its last word"
        "Comment `/retry`.",
    MaxTurns "max_turns" Void "the agent used up its turns before it was done"
        "Ask for less in one request, or allow it more turns, then comment `/retry`.",
    MaxBudget "max_budget" Void "the agent used up the money of its run before it was done"
        "Ask for less in one request, or raise the budget, then comment `/retry`.",
    ApiError "api_error" Void "the model's provider answered with an error"
        "Comment `/retry` in a while; if it stays, check the key, the plan and the provider's status.",
    Refused "refused" Void "the model refused to do the work"
        "Say in a comment what the page is for, or write it by hand.",
    SuccessIsError "success_is_error" Void "the agent reports success and an error at once, which counts as a failure"
        "Comment `/retry`.",
    ErrorResult "error_result" Void "the agent stopped with an error"
        "Comment `/retry`.",
    BadNumber "bad_number" Note "a number in the agent's report makes no sense and was left out" "",
    ReadyWithoutCommit "ready_without_commit" Void "the agent said READY and committed nothing"
        "If nothing needs to change, comment `/cancel`; else say what is missing.",
    WaitingWithCommits "waiting_with_commits" Note "the agent said WAITING after it had committed; those commits are dropped" "",
    CommitsWithoutSignal "commits_without_signal" Void "the agent committed and ended without READY; those commits are dropped"
        "Comment `/retry`.",
    NothingDone "nothing_done" Void "the agent ended without an error, changed nothing and asked nothing"
        "Say in a comment what is to be done, or comment `/cancel`.",
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
            assert_eq!(
                code.advice().ends_with('.'),
                code.weight() == Weight::Void,
                "{code}: whoever has no signal is told how to go on"
            );
        }
    }

    #[test]
    fn details_are_one_short_line() {
        let finding = Finding::new(FindingCode::ErrorResult, &"a\nb ".repeat(400));
        assert!(!finding.message.contains('\n'));
        assert!(finding.message.chars().count() < 400);
        assert!(finding.message.ends_with("…)"));
        assert_eq!(finding.detail().chars().count(), LONGEST_DETAIL + 1);
        assert_eq!(Finding::new(FindingCode::Cut, "").detail(), "");
    }
}

//! What was left out of an archive, and why.

use std::fmt;

use serde::Serialize;

use crate::clean;

/// The longest name that is quoted, in bytes.
const LONGEST_NAME: usize = 120;

/// Something that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Why.
    pub code: FindingCode,
    /// How often.
    pub count: u64,
    /// The name of the first one. Somebody else's words.
    pub example: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.sentence())?;
        match self.count {
            1 => write!(f, ": `{}`", self.example),
            many => write!(f, ": `{}` and {} more", self.example, many - 1),
        }
    }
}

macro_rules! codes {
    ($($name:ident $code:literal $sentence:literal,)*) => {
        /// Why something was left out. The documentation of each is the sentence that is shown.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
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
    UnsafeName "unsafe_name" "an entry whose name leads out of the archive, is too long or is no text was passed over",
    NotALog "not_a_log" "an entry that is no log of a job or step was passed over",
    Doubled "doubled" "an entry whose name was there before was passed over",
    Encrypted "encrypted" "an encrypted entry was passed over",
    Method "method" "an entry that is packed in another way than deflate was passed over",
    Damaged "damaged" "a damaged log was read as far as it goes",
    Ratio "ratio" "a log that is packed suspiciously tight was read no further",
    Bytes "bytes" "the archive is larger than what is read of one, and this was not read to its end",
    Jobs "jobs" "more jobs failed than are shown, and this one is not",
    NoSuchJob "no_such_job" "a job that failed has no log in the archive",
}

/// Findings, each code once.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    /// Notes one more thing that was left out.
    pub(crate) fn add(&mut self, code: FindingCode, name: &[u8]) {
        match self.0.iter_mut().find(|finding| finding.code == code) {
            Some(finding) => finding.count += 1,
            None => self.0.push(Finding {
                code,
                count: 1,
                example: clean::text(name, LONGEST_NAME),
            }),
        }
    }

    pub(crate) fn into_vec(mut self) -> Vec<Finding> {
        self.0.sort_by_key(|finding| finding.code);
        self.0
    }
}

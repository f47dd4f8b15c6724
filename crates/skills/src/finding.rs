//! What is wrong with a skill.

use std::fmt;

use serde::Serialize;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Some agent does not load the skill, or is told something untrue.
    Error,
    /// It works, and would work better otherwise.
    Warning,
}

macro_rules! rules {
    ($($name:ident $code:literal $level:ident $hint:literal,)*) => {
        /// What a skill can be wrong by. The documentation of each says how to mend it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[non_exhaustive]
        pub enum Rule {
            $(
                #[doc = $hint]
                #[serde(rename = $code)]
                $name,
            )*
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the stable name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Returns how to mend it.
            pub const fn hint(self) -> &'static str {
                match self { $(Self::$name => $hint,)* }
            }

            /// Returns how bad it is.
            pub const fn level(self) -> Level {
                match self { $(Self::$name => Level::$level,)* }
            }
        }
    };
}

rules! {
    NoSkill "no-skill" Error "a skill is a folder with a file `SKILL.md`",
    FrontMatter "front-matter" Error "begin with a line `---`, then `name` and `description` as YAML, then a line `---`",
    Key "key" Error "keep to `name`, `description`, `license`, `compatibility` and `metadata`, which every agent takes",
    AllowedTools "allowed-tools" Error "take it out: it would allow tools without the factory's allow-list, even in a folder that nobody trusts",
    Name "name" Error "name it like its folder, in at most 64 small letters, digits and single hyphens",
    Description "description" Error "say in at most 1024 characters what it does and when to use it",
    Compatibility "compatibility" Error "say in at most 500 characters what it needs",
    Metadata "metadata" Error "give `metadata` as names with texts",
    Length "length" Warning "move what is rarely needed into a file beside it and link to that",
    Section "section" Warning "give it the headings When to use, Read first, Steps, Check, Never and Example, in this order",
    Link "link" Error "link to a heading of this file, or to a file in the skill's own folder",
    Command "command" Error "spell commands as `lightsout --help` does",
    NoCanary "no-canary" Warning "end with a line `Canary phrase:` and a phrase in back-ticks that stands nowhere else",
    Canary "canary" Error "choose another phrase: it must prove that exactly this skill was read to its end",
    Missing "missing" Error "add the skill, or take its name out of the type",
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One thing that is wrong. Displays as `skill/SKILL.md:line: message [rule]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The skill's folder.
    pub skill: String,
    /// The line of its `SKILL.md`, from 1.
    pub line: usize,
    /// Which rule.
    pub rule: Rule,
    /// How bad it is.
    pub level: Level,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub hint: &'static str,
}

impl Finding {
    pub(crate) fn new(skill: &str, line: usize, rule: Rule, message: impl Into<String>) -> Self {
        Self {
            skill: skill.to_owned(),
            line,
            rule,
            level: rule.level(),
            message: message.into(),
            hint: rule.hint(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            skill,
            line,
            rule,
            message,
            hint,
            ..
        } = self;
        write!(
            f,
            "{skill}/SKILL.md:{line}: {message} [{rule}]\n  hint: {hint}"
        )
    }
}

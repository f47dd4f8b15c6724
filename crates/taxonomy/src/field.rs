//! Fields as data: what a type asks for, how it is written, and what makes it good enough.

/// How a field is written and read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldKind {
    /// One line of text.
    Line,
    /// Markdown of one or more paragraphs.
    Text,
    /// Several short entries, usually as bullets.
    List,
    /// Questions, each with its answer.
    Pairs,
    /// One attached picture.
    Image,
    /// A name of the IANA time-zone database, such as `Europe/Lisbon`.
    Timezone,
    /// A path inside the repository.
    Path,
    /// The name, slug or path of a page that exists already.
    Profile,
}

impl FieldKind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 8] = [
        Self::Line,
        Self::Text,
        Self::List,
        Self::Pairs,
        Self::Image,
        Self::Timezone,
        Self::Path,
        Self::Profile,
    ];

    /// Returns the word that `factory.toml` uses for the kind.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Text => "text",
            Self::List => "list",
            Self::Pairs => "pairs",
            Self::Image => "image",
            Self::Timezone => "timezone",
            Self::Path => "path",
            Self::Profile => "profile",
        }
    }

    /// Says whether a value may span several lines, headings included.
    pub const fn is_multiline(self) -> bool {
        matches!(self, Self::Text | Self::List | Self::Pairs)
    }
}

/// A rule of quality that needs judgement of wording, not just of shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QualityGate {
    /// A quote must be specific enough to be false.
    Specific,
    /// An article must hold factual anchors.
    Anchors,
}

impl QualityGate {
    /// Both gates.
    pub const ALL: [Self; 2] = [Self::Specific, Self::Anchors];

    /// Returns the word that `factory.toml` and questions use for the gate.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Specific => "specific",
            Self::Anchors => "anchors",
        }
    }
}

/// One thing a request of a type must or may say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The key in JSON and front matter.
    pub key: String,
    /// The heading in forms and comments.
    pub label: String,
    /// Other headings that people use for it.
    pub aliases: Vec<String>,
    /// How it is written.
    pub kind: FieldKind,
    /// Whether a request without it is asked for it.
    pub required: bool,
    /// One sentence that says what to write.
    pub description: String,
    /// What a good answer looks like.
    pub example: String,
    /// The only values a line, or the entries of a list, may have; empty when anything goes.
    pub options: Vec<String>,
    /// Bounds on shape and size.
    pub limits: FieldLimits,
    /// Whether the title of the issue stands in for a missing value.
    pub from_title: bool,
    /// The quality gate the value must pass.
    pub gate: Option<QualityGate>,
}

/// Bounds on a value; none is set unless `factory.toml` sets it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldLimits {
    /// Fewest characters (Unicode scalar values).
    pub min_chars: Option<usize>,
    /// Most characters (Unicode scalar values).
    pub max_chars: Option<usize>,
    /// Fewest words.
    pub min_words: Option<usize>,
    /// Most words.
    pub max_words: Option<usize>,
    /// Fewest sentences.
    pub min_sentences: Option<usize>,
    /// Most sentences.
    pub max_sentences: Option<usize>,
    /// Fewest entries of a list, or pairs.
    pub min_items: Option<usize>,
    /// Most entries of a list, or pairs.
    pub max_items: Option<usize>,
    /// How many anchors the quality gate needs; 1 for `specific`, 3 for `anchors` unless set.
    pub min_anchors: Option<usize>,
}

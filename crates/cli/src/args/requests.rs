//! `request`, `labels`, `schema` and `lint`: the taxonomy at the command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::Format;

/// Which factory is meant.
#[derive(Debug, ClapArgs)]
pub(crate) struct Declared {
    /// The factory's declaration; else `factory.toml` in this folder, else what is built in
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// Read and check requests, without a model and without a network
#[derive(Debug, ClapArgs)]
pub(crate) struct Request {
    #[command(subcommand)]
    pub(crate) verb: RequestVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RequestVerb {
    /// Read a request and say what is missing
    Check(CheckRequest),
    /// Print the issue form of a content type, for `.github/ISSUE_TEMPLATE`
    #[command(
        after_help = "Example:\n  lightsout request form cms-faq > .github/ISSUE_TEMPLATE/cms-faq.yml"
    )]
    Form {
        /// The content type, by its label
        #[arg(value_name = "TYPE")]
        label: String,
        #[command(flatten)]
        declared: Declared,
    },
    /// Print what a content type asks for
    #[command(
        after_help = "Examples:\n  lightsout request fields cms-insight\n  lightsout request fields cms-insight --format json"
    )]
    Fields {
        /// The content type, by its label
        #[arg(value_name = "TYPE")]
        label: String,
        #[command(flatten)]
        declared: Declared,
        /// How to print the result
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
}

/// Read a request and say what is missing
///
/// Reads the text of an issue as people write it, with the answers in its comments, and checks every field. Ends with
/// status 0 when the request is complete and 1 when something is to be asked or the labels are refused.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  lightsout request check request.md --label cms-faq --title \"FAQ: dogs\"\n  lightsout request check - --label cms-faq --format json < request.md\n\nWith the comments of an issue on GitHub:\n  gh api repos/OWNER/REPO/issues/12/comments --paginate \\\n      --jq '[.[] | {author: .user.login, association: .author_association, body, created_at}]' > comments.json\n  lightsout request check request.md --label cms-faq --comments comments.json --requester mira-fern"
)]
pub(crate) struct CheckRequest {
    /// The text of the issue (`-` for standard input)
    pub(crate) file: PathBuf,
    /// A label of the issue; may be given several times
    #[arg(long = "label", value_name = "LABEL", required = true)]
    pub(crate) labels: Vec<String>,
    /// The title of the issue
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) title: String,
    /// The comments, as a JSON array of `{"author","association","body","created_at"}` (`-` for standard input)
    #[arg(long, value_name = "FILE", requires = "requester")]
    pub(crate) comments: Option<PathBuf>,
    /// Who filed the request, and may answer
    #[arg(long, value_name = "LOGIN")]
    pub(crate) requester: Option<String>,
    #[command(flatten)]
    pub(crate) declared: Declared,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// Show the labels that a repository needs
#[derive(Debug, ClapArgs)]
pub(crate) struct Labels {
    #[command(subcommand)]
    pub(crate) verb: LabelsVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LabelsVerb {
    /// List every label with its colour and description: the content types and the factory's own
    #[command(
        after_help = "Examples:\n  lightsout labels list\n  lightsout labels list --config site/factory.toml --format json"
    )]
    List {
        #[command(flatten)]
        declared: Declared,
        /// How to print the result
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
}

/// Judge the wording of a text, without a model
///
/// Ends with status 0 when the text passes and 1 when it does not.
#[derive(Debug, ClapArgs)]
pub(crate) struct Lint {
    #[command(subcommand)]
    pub(crate) verb: LintVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LintVerb {
    /// Judge a quote: is it specific enough to be false?
    #[command(
        after_help = "Example:\n  echo \"I love working here.\" | lightsout lint quote - --format json"
    )]
    Quote(LintText),
    /// Judge an article: does it hold facts a reader can check?
    #[command(after_help = "Example:\n  lightsout lint article draft.md")]
    Article(LintText),
    /// Judge the voice only: stock phrases, empty superlatives, hedges, what the brand does not say
    #[command(
        after_help = "Example:\n  lightsout lint voice content/pages/about.mdx --config factory.toml"
    )]
    Voice(LintText),
}

/// The text to judge.
#[derive(Debug, ClapArgs)]
pub(crate) struct LintText {
    /// The text (`-` for standard input)
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) declared: Declared,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

//! A real agent program, and how the factory is given it with the scripted model in its provider's place.

use std::ffi::OsStr;
use std::process::Command;

use clap::ValueEnum;
use lightsout_testkit::model::ModelServer;

/// What a program is given as the key of its model; nobody but the program may be given it.
pub(super) const KEY: &str = "sk-scripted-0123456789abcdef";

/// A real agent program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    Claude,
    Codex,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Claude => "claude",
            Self::Codex => "codex",
        }
    }

    /// Gives a command of the factory the program in its search path, a key, and the model's address, as people set them.
    pub(super) fn equip(self, command: &mut Command, path: &OsStr, server: &ModelServer) {
        command.args(["--agent", self.name()]).env("PATH", path);
        match self {
            Self::Claude => command
                .env("ANTHROPIC_API_KEY", KEY)
                .env("ANTHROPIC_BASE_URL", server.url()),
            Self::Codex => command
                .env("CODEX_API_KEY", KEY)
                .env("OPENAI_BASE_URL", format!("{}/v1", server.url())),
        };
    }
}

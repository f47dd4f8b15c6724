//! Programs that stand in for Claude Code and Codex.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use lightsout_agents::{ClaudeSettings, Limits, ModelAccess, ModelKey, Rules, WorkOrder};
use tempfile::TempDir;

pub(crate) const KEY: &str = "sk-hunter2";

/// A folder with a stand-in, which notes how it is started and prints a transcript.
pub(crate) struct Stage {
    folder: TempDir,
}

impl Stage {
    pub(crate) fn new(version: &str, transcript: &str) -> Self {
        Self::ending(version, transcript.as_bytes(), "exit 0")
    }

    /// A stand-in that ends so after it has printed its transcript.
    pub(crate) fn ending(version: &str, transcript: &[u8], end: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["tree", "home", "scratch", "bin", "media"] {
            fs::create_dir(at(name)).unwrap();
        }
        fs::write(at("said"), transcript).unwrap();
        let noted = folder.path().display();
        let script = format!(
            "#!/bin/sh\nif [ \"$1\" = --version ]; then echo '{version}'; exit 0; fi\n\
             for word in \"$@\"; do printf '%s\\n' \"$word\"; done > {noted}/arguments\n\
             env > {noted}/environment\ncat > {noted}/stdin\ncat {noted}/said\n{end}\n"
        );
        fs::write(at("program"), script).unwrap();
        fs::set_permissions(at("program"), fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.at(name)).unwrap()
    }

    pub(crate) fn order(&self) -> WorkOrder {
        WorkOrder {
            tree: self.at("tree"),
            request_file: self.at("request.json"),
            media_file: self.at("media/media.json"),
            transcript: self.at("transcript"),
            home: self.at("home"),
            scratch: self.at("scratch"),
            bin: self.at("bin"),
            prompt: "Write the page; `$(touch pwned)`.".to_owned(),
            skills: vec!["content-engine".to_owned(), "of-the-site".to_owned()],
            rules: Rules {
                allow: vec!["Edit(content/faq/**)".to_owned()],
                deny: vec!["Bash(gh:*)".to_owned()],
            },
            limits: Limits {
                wall: Duration::from_secs(30),
                stall: None,
                output: 1 << 20,
            },
            identity: ("Agent".to_owned(), "agent@factory.invalid".to_owned()),
            when: 1_700_000_000,
        }
    }
}

pub(crate) fn access(base_url: Option<&str>) -> ModelAccess {
    ModelAccess {
        key: ModelKey::new(KEY).unwrap(),
        base_url: base_url.map(ToOwned::to_owned),
    }
}

pub(crate) fn settings() -> ClaudeSettings {
    ClaudeSettings {
        model: "claude-sonnet-4-6".to_owned(),
        max_turns: 7,
        budget_usd: Some("1.5".to_owned()),
    }
}

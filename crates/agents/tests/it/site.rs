//! A small site in a real git repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lightsout_agents::Request;
use lightsout_agents::template::{Ending, run};
use tempfile::TempDir;

pub(crate) struct Site {
    folder: TempDir,
}

impl Site {
    pub(crate) fn new() -> Self {
        let site = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        fs::create_dir(site.tree()).unwrap();
        site.git(&["init", "--quiet", "--initial-branch", "work"]);
        site.git(&["config", "user.name", "Agent"]);
        site.git(&["config", "user.email", "agent@factory.invalid"]);
        site.put(
            "content/pages/about.mdx",
            "---\ntitle: \"About\"\n---\n\nWe are 38 people\nin two towns. Two towns are enough.\n",
        );
        site.put(
            "content/spotlights/bruno-saltmarsh.mdx",
            "---\ntype: \"cms-spotlight-add\"\nname: \"Bruno Saltmarsh\"\nrole: \"Engineer\"\nteam: \"Water\"\n\
             quote: \"Eleven glasshouses.\"\nimage: \"/images/spotlight/bruno-saltmarsh.png\"\nimageAlt: \"Bruno\"\n---\n\n\
             ## What do you do?\n\nI water.\n\n```\n## no heading\n```\n\n## And then?\n\nI look.\n",
        );
        site.git(&["add", "."]);
        site.git(&["commit", "--quiet", "-m", "start"]);
        site
    }

    pub(crate) fn tree(&self) -> PathBuf {
        self.folder.path().join("tree")
    }

    pub(crate) fn media_file(&self) -> PathBuf {
        self.folder.path().join("media.json")
    }

    pub(crate) fn put(&self, path: &str, text: &str) {
        let path = self.tree().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.tree().join(path)).unwrap()
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(arguments)
            .current_dir(self.tree())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn commits(&self) -> usize {
        self.git(&["rev-list", "HEAD"]).lines().count()
    }

    /// Runs the template agent and returns its ending, after checking that the clone is as the ending says.
    pub(crate) fn run(&self, request: &serde_json::Value) -> Ending {
        let request: Request = serde_json::from_value(request.clone()).unwrap();
        let before = self.commits();
        let ending = run(&request, &self.tree(), Some(&self.media_file())).unwrap();
        let made = self.commits() - before;
        match &ending {
            Ending::Ready { words } => {
                assert_eq!(made, 1);
                assert!(words.contains("template agent, without a model"), "{words}");
            }
            Ending::Waiting { .. } => assert_eq!(made, 0),
        }
        assert_eq!(
            self.git(&["status", "--porcelain"]),
            "",
            "nothing is left lying about"
        );
        ending
    }

    pub(crate) fn asks(&self, request: &serde_json::Value) -> String {
        match self.run(request) {
            Ending::Waiting { questions } => questions,
            Ending::Ready { words } => panic!("it went on: {words}"),
        }
    }

    pub(crate) fn does(&self, request: &serde_json::Value) -> String {
        match self.run(request) {
            Ending::Ready { words } => words,
            Ending::Waiting { questions } => panic!("it asks: {questions}"),
        }
    }
}

/// Returns a request with the given type, slug, page and fields.
pub(crate) fn request(
    kind: &str,
    slug: &str,
    page: Option<&str>,
    fields: &serde_json::Value,
) -> serde_json::Value {
    serde_json::json!({
        "issue": 4, "type": kind, "title": "A title", "slug": slug, "page": page, "fields": fields,
        "media": null, "lane": ["content/**"], "requester": "mira",
    })
}

pub(crate) fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

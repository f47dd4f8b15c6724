use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json as object};
use tempfile::TempDir;

use crate::{json, lightsout, stderr, stdout};

const BODY: &str = "### Question\n\nCan I bring my bicycle in?\n\n### Answer\n\nYes. There are 12 hooks in the hall.\n";

/// The program as it serves the demo's factory; it is killed when this is dropped.
struct Served {
    home: TempDir,
    child: Child,
    port: u16,
}

/// What the file of the tokens says.
fn known(home: &Path, name: &str) -> String {
    let text = fs::read_to_string(home.join("factory/serve.env")).unwrap();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{name}=")));
    line.unwrap_or_else(|| panic!("{name}")).to_owned()
}

fn start(home: &Path, port: u16) -> Child {
    let mut child = lightsout()
        .current_dir(home)
        .args([
            "local", "serve", "--dir", "factory", "--format", "json", "--quiet",
        ])
        .args([
            "--repository",
            "acme/site",
            "--addr",
            &format!("127.0.0.1:{port}"),
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let text: Vec<String> = lines
        .map(Result::unwrap)
        .take_while(|line| line != "}")
        .collect();
    let said: Value = serde_json::from_str(&format!("{}}}", text.join("\n"))).unwrap();
    assert_eq!(said["repository"], "acme/site");
    child
}

impl Served {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        json(&home.path().join("factory"), &["demo", "--quiet"]);
        let child = start(home.path(), 0);
        let url = known(home.path(), "GITHUB_API_URL");
        let port = url.rsplit(':').next().unwrap().parse().unwrap();
        Self { home, child, port }
    }

    /// Kills it and starts it again at the same address.
    fn again(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.child = start(self.home.path(), self.port);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Asks for a part of the repository.
    fn ask(&self, token: &str, method: &str, path: &str, body: &Value) -> Value {
        let token = known(self.home.path(), token);
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(
            stream,
            "{method} /repos/acme/site{path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(
            head.starts_with("HTTP/1.1 2"),
            "{method} {path}: {head} {body}"
        );
        serde_json::from_str(body).unwrap_or_default()
    }

    /// The newest event of a name.
    fn event(&self, name: &str) -> Option<PathBuf> {
        let files = fs::read_dir(self.path("factory/events")).unwrap();
        let files = files.map(|file| file.unwrap().path());
        let is_one = |file: &PathBuf| file.to_str().unwrap().ends_with(&format!("-{name}.json"));
        files.filter(is_one).max()
    }

    /// A job of a workflow, with the credentials that it would have.
    fn job(&self, words: &[&str], event: Option<&str>) -> Value {
        let home = self.home.path();
        let mut job = lightsout();
        job.current_dir(home)
            .args(words)
            .args(["--format", "json"])
            .env("CMS_BOT_ENABLED", "true")
            .env("GITHUB_REF_NAME", "main")
            .env("GITHUB_WORKSPACE", self.path("checkout"))
            .env("RUNNER_TEMP", self.path("runner"));
        for name in ["GITHUB_API_URL", "GITHUB_SERVER_URL", "GITHUB_REPOSITORY"] {
            job.env(name, known(home, name));
        }
        if let Some(name) = event {
            job.env("GITHUB_EVENT_NAME", name)
                .env("GITHUB_EVENT_PATH", self.event(name).unwrap())
                .env("GITHUB_TOKEN", known(home, "GITHUB_TOKEN"))
                .env("LIGHTSOUT_BOT_TOKEN", known(home, "LIGHTSOUT_BOT_TOKEN"));
        }
        let output = job.output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", stderr(&output));
        serde_json::from_str(&stdout(&output)).unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_whole_request_is_rehearsed_and_the_server_killed_between_its_jobs() {
    let mut served = Served::new();
    let home = served.home.path().to_owned();
    let url = known(&home, "GITHUB_SERVER_URL")
        .replace("//", &format!("//x:{}@", known(&home, "GITHUB_TOKEN")));
    let cloned = Command::new("git")
        .args(["clone", "-q", &format!("{url}/acme/site.git")])
        .arg(served.path("checkout"))
        .status();
    assert!(cloned.unwrap().success());
    let new = object!({ "title": "FAQ: bicycles", "body": BODY, "labels": ["cms-faq"] });
    let issue = served.ask("TOKEN_MIRA_FERN", "POST", "/issues", &new)["number"].clone();

    let handed = served.job(&["triage", "--out", "run"], Some("issues"));
    assert_eq!(handed["reason"], "started");
    served.again();
    served.job(&["agent", "run", "--run", "run", "--out", "work"], None);
    let gates = ["gate", "--run", "run", "--work", "work", "--out", "gates"];
    assert_eq!(served.job(&gates, None)["passed"], true);
    served.again();
    let settle = [
        "settle", "--run", "run", "--work", "work", "--gates", "gates",
    ];
    assert_eq!(served.job(&settle, Some("issues"))["reason"], "in-review");
    assert!(
        served.event("issue_comment").is_none(),
        "the workflow's comments are no events"
    );
    let opened = fs::read_to_string(served.event("pull_request").unwrap()).unwrap();
    let opened: Value = serde_json::from_str(&opened).unwrap();
    assert_eq!(
        (&opened["action"], &opened["sender"]["type"]),
        (&"opened".into(), &"Bot".into())
    );
    served.again();
    let said = object!({ "body": "/publish" });
    served.ask(
        "TOKEN_ADA_GATEKEEPER",
        "POST",
        &format!("/issues/{issue}/comments"),
        &said,
    );
    let merged = served.job(&["publish"], Some("issue_comment"));
    assert_eq!(merged["reason"], "merging", "{merged}");

    let pull = served.ask(
        "TOKEN_MIRA_FERN",
        "GET",
        &format!("/pulls/{}", opened["number"]),
        &Value::Null,
    );
    assert_eq!(
        (&pull["merged"], &pull["state"]),
        (&true.into(), &"closed".into())
    );
    let shown = served.ask(
        "TOKEN_MIRA_FERN",
        "GET",
        &format!("/issues/{issue}"),
        &Value::Null,
    );
    assert_eq!(shown["state"], "closed");
    // Nobody else opens the folder meanwhile, and whoever tries is told.
    let output = crate::run(&served.path("factory"), &["local", "list"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("in use"), "{}", stderr(&output));
    served.child.kill().unwrap();
    served.child.wait().unwrap();
    let listed = json(&served.path("factory"), &["local", "list"]);
    let of = |one: &&Value| one["issue"] == issue;
    let found = listed["requests"]
        .as_array()
        .unwrap()
        .iter()
        .find(of)
        .unwrap();
    assert_eq!(found["state"], "published");
}

#[test]
fn what_cannot_be_served_is_said() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("factory");
    json(&dir, &["demo", "--quiet"]);
    for (words, said) in [
        (["--addr", "0.0.0.0:0"], "from outside"),
        (["--repository", "nobody"], "owner/name"),
        (["--repository", "../x"], "owner/name"),
    ] {
        let output = crate::run(&dir, &[&["local", "serve"], &words[..]].concat());
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
    }
    fs::write(dir.join("serve.env"), "GITHUB_TOKEN=x\n").unwrap();
    let output = crate::run(&dir, &["local", "serve", "--addr", "127.0.0.1:0"]);
    assert!(stderr(&output).contains("chmod 600"), "{}", stderr(&output));
}

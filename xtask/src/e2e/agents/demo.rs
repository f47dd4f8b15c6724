//! `cargo xtask e2e demo --agent claude|codex`: the demo with a real program, beside the demo without a model.
//!
//! The scripted model reads the request that the prompt names, and writes what the template agent makes of the same
//! request's fields. So whatever differs in the end is the doing of the program, or of how it is driven.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use lightsout_testkit::model::{Conversation, Exchange, ModelServer, Turn};
use serde_json::Value;

use super::kind::{KEY, Kind};
use crate::e2e::forge::{self, Program};
use crate::e2e::programs;
use crate::e2e::result::{self, Request};
use crate::e2e::{files, log};
use crate::process;

/// Where the prompt says that the request lies.
const REQUEST: &str = "{after:The request, as JSON: }";
/// Where the prompt says that the description of a picture goes.
const MEDIA: &str = "{after:Your request for a picture, if one is called for: }";

/// Runs the check.
pub(crate) fn run(program: &Program, kind: Kind) -> Result<()> {
    let path = programs::install()?.path(&[]);
    let outer = tempfile::tempdir()?;
    let plain = outer.path().join("template");
    let wanted = program.demo_to_the_end(&plain)?;
    let runs = runs(&plain)?;
    let server = ModelServer::start(runs.iter().map(|run| run.script.clone()).collect())?;

    let folder = outer.path().join(kind.name());
    let play = || -> Result<Vec<Request>> {
        let mut command = program.demo(&folder);
        kind.equip(&mut command, &path, &server);
        result::parse(&process::read(&mut command)?)
    };
    let start = Instant::now();
    let got = play()?;
    println!(
        "the demo took {:.0} s with {}, for {} requests",
        start.elapsed().as_secs_f64(),
        kind.name(),
        got.len()
    );
    for one in &got {
        println!(
            "#{:<3} {:<20} {:<10} {} files, {}",
            one.issue,
            one.kind.as_deref().unwrap_or("–"),
            one.state,
            one.files.len(),
            one.lasting["cost"]["text"].as_str().unwrap_or("?"),
        );
    }
    let worked: Vec<u64> = runs.iter().map(|run| run.issue).collect();
    let mut complaints = differences(&wanted, &got);
    complaints.extend(prices(kind, &got, &worked));
    complaints.extend(server.surprises());
    complaints.extend(conversations(&runs, &server.exchanges()));

    let history = forge::clone(&folder, &outer.path().join("clone"))?;
    complaints.extend(forge::complaints(&history, &got));
    complaints.extend(log::complaints(&program.log(&folder)?, &got));
    let site = site_difference(&plain, &folder)?;
    let escapes = only_escapes(&site);
    if escapes.is_none() {
        complaints.push(format!("another site than without a model:\n{site}"));
    }
    complaints.extend(keys(&folder)?);

    let asked = server.exchanges().len();
    if play()?
        .iter()
        .map(Request::shown)
        .ne(got.iter().map(Request::shown))
    {
        complaints.push("a second run changed the table".to_owned());
    }
    if server.exchanges().len() != asked {
        complaints.push("a second run asked the model again".to_owned());
    }
    for complaint in &complaints {
        eprintln!("demo with {}: {complaint}", kind.name());
    }
    ensure!(
        complaints.is_empty(),
        "the demo with {} is not as it should be",
        kind.name()
    );
    println!(
        "demo with {}: {asked} questions to the model, and the same site as without one",
        kind.name()
    );
    if let Some(lines @ 1..) = escapes {
        println!(
            "{lines} lines differ in how characters are escaped: the program's `Write` takes `\\u003C` for `<`"
        );
    }
    Ok(())
}

/// What the template agent made of one request, and the words of a model that makes the same.
struct Run {
    issue: u64,
    /// The page's name in paths, as the request has it.
    slug: String,
    script: Conversation,
}

/// Reads every run of a demo in which the template agent worked.
fn runs(folder: &Path) -> Result<Vec<Run>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder.join("runs"))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    ensure!(!names.is_empty(), "the demo without a model left no run");
    names.iter().map(|name| run_of(folder, name)).collect()
}

fn run_of(folder: &Path, name: &str) -> Result<Run> {
    let dir = folder.join("runs").join(name);
    let commission: Value = serde_json::from_str(&fs::read_to_string(dir.join("run.json"))?)?;
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
    let base = text(&commission["base"]).context("a run without a base")?;
    let slug = text(&commission["request"]["slug"]).context("a request without a slug")?;
    let issue = commission["request"]["issue"]
        .as_u64()
        .context("a request without a number")?;
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.arg("-C")
            .arg(folder.join("workshop.git"))
            .args(arguments);
        git
    };
    let work = format!("refs/runs/{name}/agent");
    let changed = process::read(&mut git(&["diff", "--name-only", &base, &work]))?;
    let subject = process::read(&mut git(&["log", "-1", "--format=%s", &work]))?;

    let mut script = Conversation::new(name, [format!("(issue {issue})")])
        .turn(Turn::say("I read the request.").read(REQUEST));
    let mut write = Turn::say("");
    for path in changed.lines() {
        // Claude Code writes no file that is there and was not read.
        let there = process::output(&mut git(&["cat-file", "-e", &format!("{base}:{path}")]))?;
        if there.status.success() {
            script = script.turn(Turn::say("").read(format!("{{cwd}}/{path}")));
        }
        let content = process::read(&mut git(&["show", &format!("{work}:{path}")]))?;
        write = write.write(format!("{{cwd}}/{path}"), content);
    }
    if let Ok(picture) = fs::read_to_string(dir.join("try-1/media/media.json")) {
        write = write.write(MEDIA, picture);
    }
    let paths = changed.lines().collect::<Vec<_>>().join(" ");
    let commit = format!("git add {paths} && git commit -q -m '{}'", subject.trim());
    let script = script
        .turn(write)
        .turn(Turn::say("").shell(commit))
        .turn(Turn::say("The change is committed.\n\nREADY"));
    Ok(Run {
        issue,
        slug,
        script,
    })
}

/// Says which requests end in another way than they should.
fn differences(wanted: &[Request], got: &[Request]) -> Vec<String> {
    let shown = |one: &Request| {
        format!(
            "#{} {:?} {}, with a pull request: {}, {:?}",
            one.issue,
            one.kind,
            one.state,
            one.pull.is_some(),
            one.files
        )
    };
    let mut complaints = Vec::new();
    for index in 0..wanted.len().max(got.len()) {
        let (wanted, got) = (wanted.get(index).map(shown), got.get(index).map(shown));
        if wanted != got {
            complaints.push(format!("{got:?} instead of {wanted:?}"));
        }
    }
    complaints
}

/// Says whose price is not told: Claude Code's models have one, and what Codex used must be called unknown, never free.
fn prices(kind: Kind, requests: &[Request], worked: &[u64]) -> Vec<String> {
    let wrong = |one: &&Request| {
        let cost = &one.lasting["cost"];
        let known = cost["measured_nanodollars"].as_u64() > Some(0) && cost["unknown_parts"] == 0;
        let unknown = cost["unknown_parts"].as_u64() > Some(0)
            && cost["text"]
                .as_str()
                .is_some_and(|text| text.contains("unknown"));
        match kind {
            Kind::Claude => !known,
            Kind::Codex => !unknown,
        }
    };
    requests
        .iter()
        .filter(|one| worked.contains(&one.issue))
        .filter(wrong)
        .map(|one| format!("#{} costs {}", one.issue, one.lasting["cost"]))
        .collect()
}

/// Says which requests the model was not asked about with all that it must be told, and what it must not be told.
fn conversations(runs: &[Run], exchanges: &[Exchange]) -> Vec<String> {
    let mut complaints = Vec::new();
    for run in runs {
        let name = Some(run.script.name.as_str());
        let asked = || {
            exchanges
                .iter()
                .filter(|one| one.conversation.as_deref() == name)
        };
        let slug = format!("\"slug\": \"{}\"", run.slug);
        let read = asked()
            .flat_map(Exchange::tool_results)
            .any(|result| result.text.contains(&slug));
        if !read {
            complaints.push(format!("#{}: the request's file was not read", run.issue));
        }
        for refused in asked()
            .flat_map(Exchange::tool_results)
            .filter(|one| one.is_error)
        {
            complaints.push(format!("#{}: a call failed: {}", run.issue, refused.text));
        }
    }
    for one in exchanges {
        if one.key.as_deref() != Some(KEY) {
            complaints.push(format!("{}: asked with another key", one.path));
        }
        if one.body.to_string().contains(KEY) {
            complaints.push(format!(
                "{}: the key is in what the model was sent",
                one.path
            ));
        }
    }
    complaints
}

/// What is published in one factory and not in the other, as git shows it.
fn site_difference(one: &Path, other: &Path) -> Result<String> {
    let [one, other] = [one, other].map(|folder| folder.join("site.git"));
    let git = |repository: &Path| {
        let mut git = Command::new("git");
        git.arg("-C").arg(repository);
        git
    };
    let tree = process::read(git(&other).args(["rev-parse", "main^{tree}"]))?;
    let mut diff = git(&one);
    diff.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", other.join("objects"));
    process::read(diff.args(["diff", "--unified=0", "main^{tree}", tree.trim()]))
}

/// Says how many lines differ when they differ in nothing but escapes such as `\\u003C`, which are the same character to
/// YAML's reader. Claude Code writes such a character plainly, whatever its model gave it.
fn only_escapes(diff: &str) -> Option<usize> {
    let lines = |sign: char, head: &str| -> Vec<String> {
        diff.lines()
            .filter(|line| !line.starts_with(head))
            .filter_map(|line| line.strip_prefix(sign))
            .map(unescaped)
            .collect()
    };
    let (gone, new) = (lines('-', "--- a/"), lines('+', "+++ b/"));
    let more = diff.lines().any(|line| {
        // A file that is there in one site only, or may be run in one only.
        ["new file", "deleted file", "old mode", "Binary"]
            .iter()
            .any(|head| line.starts_with(head))
    });
    (gone == new && !more).then_some(gone.len())
}

fn unescaped(text: &str) -> String {
    let mut parts = text.split("\\u");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part
            .get(..4)
            .and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match digits.and_then(char::from_u32) {
            Some(letter) => {
                plain.push(letter);
                plain.push_str(&part[4..]);
            }
            None => plain.extend(["\\u", part]),
        }
    }
    plain
}

/// Names the files of a factory that hold the key of its model.
fn keys(folder: &Path) -> Result<Vec<String>> {
    let mut complaints = Vec::new();
    for path in files::below(folder)? {
        let bytes = fs::read(&path)?;
        if bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes()) {
            complaints.push(format!("the key is in `{}`", path.display()));
        }
    }
    Ok(complaints)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(cost: &str, state: &str) -> Vec<Request> {
        let text = format!(
            r#"{{"requests":[{{"issue":1,"type":"cms-faq","state":"{state}","pull_request":4,"files":["a"],"cost":{cost}}}]}}"#
        );
        result::parse(&text).expect("a table")
    }

    const PAID: &str = r#"{"measured_nanodollars":5,"unknown_parts":0,"text":"$0.01"}"#;
    const FREE: &str = r#"{"measured_nanodollars":0,"unknown_parts":0,"text":"$0.00"}"#;
    const UNKNOWN: &str = r#"{"measured_nanodollars":0,"unknown_parts":1,"text":"unknown"}"#;

    #[test]
    fn a_request_that_ends_otherwise_or_is_missing_is_seen() {
        let good = table(PAID, "published");
        assert_eq!(differences(&good, &good), Vec::<String>::new());
        assert_eq!(differences(&good, &table(PAID, "waiting")).len(), 1);
        assert_eq!(differences(&good, &[]).len(), 1);
    }

    #[test]
    fn a_run_is_free_of_charge_with_neither_program() {
        for (kind, right, wrong) in [(Kind::Claude, PAID, UNKNOWN), (Kind::Codex, UNKNOWN, PAID)] {
            assert!(prices(kind, &table(right, "published"), &[1]).is_empty());
            assert_eq!(prices(kind, &table(wrong, "published"), &[1]).len(), 1);
            assert_eq!(prices(kind, &table(FREE, "published"), &[1]).len(), 1);
            assert!(prices(kind, &table(FREE, "published"), &[]).is_empty());
        }
    }

    #[test]
    fn a_site_may_differ_in_escapes_and_in_nothing_else() {
        let diff =
            |gone: &str, new: &str| format!("--- a/x\n+++ b/x\n@@ -3 +3 @@\n-{gone}\n+{new}\n");
        assert_eq!(only_escapes(""), Some(0));
        assert_eq!(only_escapes(&diff("a \\u003C3 \\u007B", "a <3 {")), Some(1));
        assert_eq!(only_escapes(&diff("a \\u003C3", "a >3")), None);
        assert_eq!(only_escapes(&diff("a \\u00", "a ")), None);
        assert_eq!(only_escapes("new file mode 100644\n"), None);
        assert_eq!(only_escapes("--- a/x\n+++ b/x\n+more\n"), None);
    }

    #[test]
    fn a_key_is_found_wherever_it_lies() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("a")).expect("a folder");
        fs::write(folder.path().join("a/b"), format!("x{KEY}y")).expect("a file");
        fs::write(folder.path().join("c"), &KEY[1..]).expect("a file");
        let found = keys(folder.path()).expect("readable");
        assert_eq!(found.len(), 1);
        assert!(found[0].ends_with("a/b`"), "{found:?}");
    }
}

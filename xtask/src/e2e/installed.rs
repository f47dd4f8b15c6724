//! `cargo xtask e2e installed`: what the real npm, pnpm and Yarn install for a site is found by its gates.
//!
//! Each installs a site with a workspace as its workflow does; then `lightsout gate` checks a commit of the template agent.
//! The gates run a script of the site, a program of a dependency and one of the workspace. The copy beside the commit is
//! the same as what was installed, shares no file with it, and was not installed again. Without it the gates fail.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::forge::Program;
use super::node;
use crate::process;

/// The site: a member of its workspace that needs a package itself, and a script that looks for everything.
const FILES: [(&str, &str); 5] = [
    (
        "packages/words/package.json",
        r#"{"name": "words", "version": "1.0.0", "private": true, "main": "index.js", "bin": {"words": "cli.js"}, "dependencies": {"ms": "2.1.3"}}"#,
    ),
    (
        "packages/words/index.js",
        "module.exports = () => require('ms')(60000);\n",
    ),
    (
        "packages/words/cli.js",
        "#!/usr/bin/env node\nconsole.log(require('./index.js')());\n",
    ),
    // Whatever it needs is found in its own folder, and never in the checkout that this was copied from.
    (
        "check.js",
        "const fs = require('node:fs');\n\
         const own = fs.realpathSync('.');\n\
         for (const name of ['is-odd', 'words', 'semver'])\n\
         \x20 if (!require.resolve(name).startsWith(own)) throw new Error(require.resolve(name));\n\
         if (!require('is-odd')(3) || require('words')() !== '1m') throw new Error('not as it should be');\n",
    ),
    (".gitignore", "node_modules/\n.yarn/\n.pnp.*\n"),
];

/// A package manager, and how a site is made for it.
struct Manager {
    name: &'static str,
    /// As `factory.toml` has it.
    declared: &'static str,
    /// The workspace's member, as another package asks for it.
    member: &'static str,
    /// A file of its own settings.
    settings: (&'static str, &'static str),
    /// What makes the lock file.
    lock: &'static str,
    /// What the workflow installs with, and its environment.
    install: &'static str,
    environment: Option<(&'static str, &'static str)>,
    /// What runs a script, and a program.
    run: &'static str,
    exec: &'static str,
}

const MANAGERS: [Manager; 4] = [
    Manager {
        name: "npm",
        declared: "npm",
        member: "1.0.0",
        settings: (".npmrc", "fund=false\n"),
        lock: "npm install --package-lock-only --ignore-scripts",
        install: "npm ci --ignore-scripts",
        environment: None,
        run: "npm run",
        exec: "npm exec --no --",
    },
    Manager {
        name: "pnpm",
        declared: "pnpm",
        member: "workspace:*",
        settings: (
            "pnpm-workspace.yaml",
            // What newer ones do unasked: install again, where that seems to be missing.
            "packages: ['packages/*']\nverifyDepsBeforeRun: install\n",
        ),
        lock: "pnpm install --lockfile-only",
        install: "pnpm install --frozen-lockfile --ignore-scripts",
        environment: Some(("pnpm_config_enable_global_virtual_store", "false")),
        run: "pnpm run",
        exec: "pnpm exec",
    },
    Manager {
        name: "Yarn with folders",
        declared: "yarn",
        member: "workspace:*",
        settings: (
            ".yarnrc.yml",
            "nodeLinker: node-modules\nenableTelemetry: false\n",
        ),
        lock: "yarn install --no-immutable --mode=update-lockfile",
        install: "yarn install --immutable --mode=skip-build",
        environment: Some(("YARN_ENABLE_GLOBAL_CACHE", "false")),
        run: "yarn run",
        exec: "yarn run",
    },
    Manager {
        name: "Yarn with archives",
        declared: "yarn",
        member: "workspace:*",
        settings: (".yarnrc.yml", "nodeLinker: pnp\nenableTelemetry: false\n"),
        lock: "yarn install --no-immutable --mode=update-lockfile",
        install: "yarn install --immutable --mode=skip-build",
        environment: Some(("YARN_ENABLE_GLOBAL_CACHE", "false")),
        run: "yarn run",
        exec: "yarn run",
    },
];

/// Runs the check.
pub(crate) fn run(program: &Program) -> Result<()> {
    let bin = node::install()?.join("node_modules/.bin");
    let path = std::env::var("PATH").context("no PATH")?;
    let path = format!("{}:{path}", bin.display());
    let outer = tempfile::tempdir()?;
    program.demo_to_the_end(&outer.path().join("demo"))?;
    for manager in &MANAGERS {
        let site = Site {
            program,
            manager,
            path: &path,
            dir: outer.path().join(manager.name.replace(' ', "-")),
        };
        let files = site.check().context(manager.name)?;
        println!(
            "installed: {}: {files} files beside the commit",
            manager.name
        );
    }
    Ok(())
}

struct Site<'a> {
    program: &'a Program,
    manager: &'a Manager,
    path: &'a str,
    dir: PathBuf,
}

impl Site<'_> {
    /// Takes one request through its jobs; gives how many files the tree of its gates was laid out with.
    fn check(&self) -> Result<usize> {
        self.declare()?;
        self.work()?;
        self.words(&self.dir, "git clone --quiet factory/site.git checkout")?;
        let checkout = self.dir.join("checkout");
        self.words(&checkout, self.manager.install)?;
        let gates = self.gate("with")?;
        ensure!(all(&gates, "passed"), "{gates}");
        let tree = only(&self.dir.join("with-state/runs"))?.join("gates-1/tree");
        let files = same(&checkout, &tree)?;
        ensure!(files > 5, "only {files} files are there");
        // What a gate finds is what was laid there, and nothing else of this machine.
        self.words(&checkout, "git clean --quiet -fdx")?;
        let gates = self.gate("without")?;
        ensure!(all(&gates, "failed_before"), "{gates}");
        Ok(files)
    }

    /// Makes the site's base branch: manifests, the lock file, and the gates.
    fn declare(&self) -> Result<()> {
        fs::create_dir_all(&self.dir)?;
        self.words(&self.dir, "cp -R ../demo factory")?;
        self.words(&self.dir, "git clone --quiet factory/site.git clone")?;
        let clone = self.dir.join("clone");
        fs::create_dir_all(clone.join("packages/words"))?;
        for (path, text) in FILES.iter().chain([&self.manager.settings]) {
            fs::write(clone.join(path), text)?;
        }
        self.words(&clone, "chmod +x packages/words/cli.js")?;
        let member = self.manager.member;
        let manifest = format!(
            r#"{{"name": "site", "private": true, "workspaces": ["packages/*"], "scripts": {{"check": "semver 1.2.3 && node check.js"}},
            "dependencies": {{"is-odd": "3.0.1", "semver": "7.6.3", "words": "{member}"}}}}"#
        );
        fs::write(clone.join("package.json"), manifest)?;
        self.words(&clone, self.manager.lock)?;
        let Manager {
            declared,
            run,
            exec,
            ..
        } = self.manager;
        let mut factory = fs::read_to_string(clone.join("factory.toml"))?;
        write!(factory, "\n[site]\npackage_manager = \"{declared}\"\n")?;
        for (name, command, what) in [
            ("script", run, "check"),
            ("program", exec, "semver 1.2.3"),
            ("member", exec, "words"),
        ] {
            let gate = format!("name = \"{name}\"\nrun = \"{command} {what}\"");
            writeln!(factory, "[[gates]]\n{gate}")?;
        }
        fs::write(clone.join("factory.toml"), factory)?;
        self.words(&clone, "git add --all")?;
        self.words(&clone, "git commit --quiet --message Dependencies")?;
        self.words(&clone, "git push --quiet origin HEAD:main")
    }

    /// Lets a person ask, and the template agent work.
    fn work(&self) -> Result<()> {
        let asked = [
            "issue",
            "--format=json",
            "--by=mira-fern",
            "--label=cms-faq",
            "--title=FAQ: bicycles",
            "--field=question=Can I bring my bicycle in?",
            "--field=answer=Yes. There are 12 hooks in the hall.",
        ];
        let opened = process::read(&mut self.program.local(&self.dir.join("factory"), &asked))?;
        let opened: Value = serde_json::from_str(&opened)?;
        let issue = opened["number"].to_string();
        self.lightsout(&["triage", "--dir=factory", "--issue", &issue])?;
        self.lightsout(&["agent", "run", "--dir=factory"])
    }

    /// Runs the job of the gates; gives those of the site.
    fn gate(&self, out: &str) -> Result<Value> {
        let state = format!("{out}-state");
        let place = [
            "gate",
            "--checkout=checkout",
            "--base=main",
            "--state",
            &state,
        ];
        self.lightsout(&[&place[..], &["--out", out]].concat())?;
        let judged = fs::read_to_string(self.dir.join(out).join("judged.json"))?;
        let judged: Value = serde_json::from_str(&judged)?;
        let mut gates = judged["verdict"]["checked"]["gates"].clone();
        let gates = gates.as_array_mut().context("no gate ran")?;
        gates.retain(|gate| {
            ["script", "program", "member"].contains(&gate["name"].as_str().unwrap_or_default())
        });
        Ok(gates.split_off(0).into())
    }

    fn lightsout(&self, words: &[&str]) -> Result<()> {
        let mut command = Command::new(self.program.path());
        command
            .current_dir(&self.dir)
            .args(words)
            .env("PATH", self.path);
        process::read(&mut command).map(drop)
    }

    fn words(&self, folder: &Path, words: &str) -> Result<()> {
        let mut words = words.split(' ');
        let mut command = Command::new(words.next().unwrap_or_default());
        command
            .args(words)
            .current_dir(folder)
            .env("PATH", self.path)
            .envs(self.manager.environment);
        for role in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{role}_NAME"), "Ada Gatekeeper")
                .env(format!("GIT_{role}_EMAIL"), "ada@example.invalid");
        }
        process::read(&mut command).map(drop)
    }
}

fn all(gates: &Value, outcome: &str) -> bool {
    let gates = gates.as_array().map(Vec::as_slice).unwrap_or_default();
    gates.len() == 3 && gates.iter().all(|gate| gate["outcome"] == outcome)
}

/// The one entry of a folder.
fn only(folder: &Path) -> Result<PathBuf> {
    let first = fs::read_dir(folder)?.next();
    Ok(first.context("nothing is there")??.path())
}

/// Sees that everything that is not the commit's is the same beside it, and a file of its own; gives how many files.
fn same(checkout: &Path, tree: &Path) -> Result<usize> {
    let mut files = 0;
    for entry in fs::read_dir(checkout)? {
        let name = entry?.file_name();
        let (from, into) = (checkout.join(&name), tree.join(&name));
        if name == ".git" {
            continue;
        }
        let (meta, copy) = (
            fs::symlink_metadata(&from)?,
            fs::symlink_metadata(&into).with_context(|| into.display().to_string())?,
        );
        ensure!(
            meta.mode() == copy.mode(),
            "{}: another mode",
            into.display()
        );
        if meta.is_dir() {
            files += same(&from, &into)?;
        } else if meta.is_symlink() {
            let (here, there) = (fs::read_link(&from)?, fs::read_link(&into)?);
            ensure!(here == there, "{}: leads elsewhere", into.display());
        } else {
            ensure!(
                fs::read(&from)? == fs::read(&into)?,
                "{}: other bytes",
                into.display()
            );
            ensure!(copy.nlink() == 1, "{}: shared", into.display());
            files += 1;
        }
    }
    Ok(files)
}

//! Giving an agent a clone of its own, and taking its commits back.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::command::Git;
use crate::repo::{full_ref, ref_name, sha};
use crate::{GitError, Repo};

/// How long is waited before a fetch is begun again.
const WAITS: &[Duration] = &[
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(800),
];

/// Says that a history may be cut off, as that of a shallow checkout is.
const CUT_OFF: &[&str] = &["--update-shallow"];

impl Repo {
    /// Makes a clone to be thrown away: its own copy of the history of `at` and of nothing else, no remote, no
    /// alternate, no hard link, no hook, checked out on a new branch at `at`. `into` must not exist or be empty.
    ///
    /// It holds nothing that leads back here, so what is done inside cannot reach this repository.
    pub fn clone_throwaway(
        &self,
        into: &Path,
        branch: &str,
        at: &str,
        name: &str,
        email: &str,
    ) -> Result<(), GitError> {
        let (branch, at) = (ref_name(branch)?, sha(at)?);
        if fs::read_dir(into).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(GitError::Refused {
                path: into.to_owned(),
                what: "not empty",
            });
        }
        Git::plain(&["init", "--quiet", "--template=", "--object-format=sha1"])
            .arg(format!("--initial-branch={branch}"))
            .arg("--")
            .arg(into)
            .run()?;
        let fetch = [
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-auto-maintenance",
            "--update-shallow",
        ];
        let git = Git::within(into, &fetch).arg("--").arg(&self.git_dir);
        git.arg(at).run()?;
        let config = into.join(".git/config");
        let text =
            fs::read_to_string(&config).map_err(GitError::io("reading a clone's settings"))?;
        let (name, email) = (quoted(name), quoted(email));
        let text = format!("{text}[user]\n\tname = {name}\n\temail = {email}\n");
        fs::write(&config, text).map_err(GitError::io("writing a clone's settings"))?;
        Git::within(into, &["reset", "--quiet", "--hard", at]).run()?;
        Ok(())
    }

    /// Fetches what `refspec_src` (usually `HEAD`) of an agent's clone points at into a reference of ours, whatever
    /// that pointed at before; gives the commit.
    ///
    /// `from` is hostile: see the crate's documentation for why this is the safe direction. Every object is checked
    /// on arrival, submodules and tags are left alone, and a clone whose history is cut off where this one's is not, or
    /// whose `.git` is no plain folder (it could point at any repository of this machine), is refused.
    pub fn fetch_untrusted(
        &self,
        from: &Path,
        refspec_src: &str,
        into_ref: &str,
    ) -> Result<String, GitError> {
        let (source, target) = (ref_name(refspec_src)?, full_ref(into_ref)?);
        let dot_git = from.join(".git");
        let plain = fs::symlink_metadata(&dot_git).is_ok_and(|meta| meta.is_dir());
        if !plain {
            return Err(GitError::Refused {
                path: dot_git,
                what: "no plain folder",
            });
        }
        self.fetch(&dot_git, source, target, &[])
    }

    /// Fetches a reference of another repository of ours into a reference here, whatever that pointed at before; gives
    /// the commit. Where the other one's history is cut off, so is what is fetched.
    pub fn fetch_from(&self, other: &Self, from: &str, into_ref: &str) -> Result<String, GitError> {
        let (from, into_ref) = (full_ref(from)?, full_ref(into_ref)?);
        self.fetch(&other.git_dir, from, into_ref, CUT_OFF)
    }

    /// Fetches a commit of another repository of ours, by its full SHA, into a reference here.
    pub fn fetch_commit(&self, other: &Self, at: &str, into_ref: &str) -> Result<(), GitError> {
        self.fetch(&other.git_dir, sha(at)?, full_ref(into_ref)?, CUT_OFF)
            .map(|_| ())
    }

    /// Fetches, and begins again when somebody else moves the reference at the same time: a process that was killed may
    /// leave a git behind, which lives a moment longer.
    fn fetch(
        &self,
        git_dir: &Path,
        source: &str,
        target: &str,
        options: &[&str],
    ) -> Result<String, GitError> {
        for wait in WAITS {
            match self.fetch_once(git_dir, source, target, options) {
                Err(GitError::Failed { stderr, .. }) if stderr.contains("cannot lock ref") => {
                    thread::sleep(*wait);
                }
                fetched => return fetched,
            }
        }
        self.fetch_once(git_dir, source, target, options)
    }

    fn fetch_once(
        &self,
        git_dir: &Path,
        source: &str,
        target: &str,
        options: &[&str],
    ) -> Result<String, GitError> {
        let fetch = [
            "-c",
            "fetch.fsckObjects=true",
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-recurse-submodules",
            "--no-auto-maintenance",
        ];
        let git = self.git(&[&fetch, options, &["--"]].concat());
        let git = git.arg(git_dir).arg(format!("+{source}:{target}"));
        git.run()?;
        self.rev(target)?.ok_or_else(|| GitError::NotFound {
            what: format!("`{target}` after fetching"),
        })
    }
}

/// A value as git reads it back from a configuration file.
fn quoted(value: &str) -> String {
    let plain = value.replace(char::is_control, " ");
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
}

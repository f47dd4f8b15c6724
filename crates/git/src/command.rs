//! Runs the git program: the one place that starts a process.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::GitError;

/// How long one command may take unless it says otherwise. What runs here is local, so only a trap (a named pipe instead
/// of a file, a disk that hangs) takes so long.
const TIME_LIMIT: Duration = Duration::from_mins(2);
/// How much a command may print.
const OUTPUT_LIMIT: u64 = 64 << 20;
/// How much of its complaints is kept.
const STDERR_LIMIT: u64 = 16 << 10;
/// How many lines of them are shown.
const STDERR_LINES: usize = 6;
/// The oldest git with `merge-tree --write-tree`.
const OLDEST: (u32, u32) = (2, 38);

/// One git command, built up and run once.
pub(crate) struct Git {
    args: Vec<OsString>,
    folder: Option<OsString>,
    env: Vec<(&'static str, OsString)>,
    stdin: Vec<u8>,
    limit: u64,
    time: Duration,
}

/// What a command gave back.
pub(crate) struct Output {
    /// The exit status; a signal counts as -1.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) stdout: Vec<u8>,
    /// The end of standard error.
    pub(crate) stderr: String,
}

impl Git {
    /// A command in a bare repository.
    pub(crate) fn bare(git_dir: &Path, args: &[&str]) -> Self {
        let mut dir = OsString::from("--git-dir=");
        dir.push(git_dir);
        Self::new(vec![dir], args)
    }

    /// A command in a working folder whose repository is said, not looked for.
    pub(crate) fn tree(git_dir: &Path, work_tree: &Path, args: &[&str]) -> Self {
        let mut tree = OsString::from("--work-tree=");
        tree.push(work_tree);
        let mut git = Self::bare(git_dir, args);
        git.args.insert(1, tree);
        git.folder = Some(work_tree.into());
        git
    }

    /// A command in a folder of ours.
    pub(crate) fn within(folder: &Path, args: &[&str]) -> Self {
        let mut git = Self::new(Vec::new(), args);
        git.folder = Some(folder.into());
        git
    }

    /// A command that needs no repository.
    pub(crate) fn plain(args: &[&str]) -> Self {
        Self::new(Vec::new(), args)
    }

    fn new(mut first: Vec<OsString>, args: &[&str]) -> Self {
        for setting in [
            "core.hooksPath=/dev/null",
            "core.fsmonitor=false",
            "core.autocrlf=false",
            "core.quotePath=false",
            "protocol.allow=never",
            "protocol.file.allow=always",
            "gc.auto=0",
            "maintenance.auto=false",
            "transfer.fsckObjects=true",
            "advice.detachedHead=false",
            "commit.gpgSign=false",
            "safe.directory=*",
        ] {
            first.extend(["-c".into(), setting.into()]);
        }
        first.extend(args.iter().map(OsString::from));
        Self {
            args: first,
            folder: None,
            env: Vec::new(),
            stdin: Vec::new(),
            limit: OUTPUT_LIMIT,
            time: TIME_LIMIT,
        }
    }

    /// Adds a path or another text that is no UTF-8 by nature.
    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds a setting, such as `fetch.fsckObjects=false`.
    pub(crate) fn set(mut self, setting: &str) -> Self {
        self.args.splice(0..0, ["-c".into(), setting.into()]);
        self
    }

    pub(crate) fn env(mut self, key: &'static str, value: impl Into<OsString>) -> Self {
        self.env.push((key, value.into()));
        self
    }

    pub(crate) fn stdin(mut self, bytes: Vec<u8>) -> Self {
        self.stdin = bytes;
        self
    }

    pub(crate) fn limit(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }

    pub(crate) fn time(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    /// Runs it and takes any exit status but 0 for a failure.
    pub(crate) fn run(self) -> Result<Vec<u8>, GitError> {
        let name = self.name();
        let output = self.output()?;
        if output.code == 0 {
            Ok(output.stdout)
        } else {
            Err(output.failed(name))
        }
    }

    /// Runs it and gives its output as one trimmed line of text.
    pub(crate) fn line(self) -> Result<String, GitError> {
        let name = self.name();
        let text = String::from_utf8(self.run()?).map_err(|_| GitError::Unexpected {
            command: name,
            what: "no UTF-8".to_owned(),
        })?;
        Ok(text.trim_end().to_owned())
    }

    /// Runs it, whatever the exit status.
    pub(crate) fn output(self) -> Result<Output, GitError> {
        checked_version()?;
        self.output_of_any_version()
    }

    /// What errors call the command: subcommand and arguments, without the settings given to every command. Neither
    /// holds secrets: a credential is given by the environment.
    pub(crate) fn name(&self) -> String {
        let mut words = Vec::new();
        let mut args = self.args.iter();
        while let Some(arg) = args.next() {
            if arg == "-c" {
                args.next();
                continue;
            }
            let arg = arg.to_string_lossy();
            if !arg.starts_with("--git-dir=") && !arg.starts_with("--work-tree=") {
                words.push(arg.chars().take(200).collect::<String>());
            }
        }
        words.join(" ")
    }

    fn output_of_any_version(self) -> Result<Output, GitError> {
        let name = self.name();
        let time = self.time;
        let limit = self.limit;
        let mut child = self.spawn()?;
        let stdin = child.stdin.take();
        let feed = thread::spawn(move || {
            // A git that stops reading early says why with its exit status.
            let _ = stdin.map(|mut pipe| pipe.write_all(&self.stdin));
        });
        let (done, finished) = mpsc::channel();
        let stdout = collect(child.stdout.take(), limit + 1, done.clone());
        let stderr = collect(child.stderr.take(), STDERR_LIMIT, done);
        let mut in_time = true;
        for _ in 0..2 {
            in_time = in_time && finished.recv_timeout(time).is_ok();
        }
        if !in_time {
            end_group(&mut child);
        }
        let status = child.wait().map_err(GitError::io("waiting for git"))?;
        let (stdout, stderr) = (joined(stdout), joined(stderr));
        drop(feed);
        if !in_time {
            return Err(GitError::TimedOut {
                command: name,
                seconds: time.as_secs(),
            });
        }
        if stdout.len() as u64 > limit {
            return Err(GitError::TooLarge {
                what: format!("the output of `git {name}`"),
                limit,
            });
        }
        Ok(Output {
            code: status.code().unwrap_or(-1),
            stdout,
            stderr: last_lines(&stderr),
        })
    }

    fn spawn(&self) -> Result<Child, GitError> {
        let mut command = Command::new("git");
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs([
                ("HOME", "/nonexistent"),
                ("XDG_CONFIG_HOME", "/nonexistent"),
                ("GIT_CONFIG_NOSYSTEM", "1"),
                ("GIT_CONFIG_GLOBAL", "/dev/null"),
                ("GIT_ATTR_NOSYSTEM", "1"),
                ("GIT_TERMINAL_PROMPT", "0"),
                ("GIT_NO_LAZY_FETCH", "1"),
                ("GIT_NO_REPLACE_OBJECTS", "1"),
                ("GIT_LITERAL_PATHSPECS", "1"),
                ("GIT_OPTIONAL_LOCKS", "0"),
                ("LC_ALL", "C"),
                ("TZ", "UTC"),
            ])
            .envs(self.env.iter().map(|(key, value)| (key, value)))
            .args(&self.args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.spawn().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound
                if self.folder.as_ref().is_none_or(|f| Path::new(f).is_dir()) =>
            {
                GitError::NotInstalled
            }
            _ => GitError::io("starting git")(error),
        })
    }
}

impl Output {
    /// The output as an error.
    pub(crate) fn failed(self, command: String) -> GitError {
        GitError::Failed {
            command,
            code: (self.code >= 0).then_some(self.code),
            stderr: self.stderr,
        }
    }
}

type Reader = thread::JoinHandle<Vec<u8>>;

/// Reads up to `limit` bytes in a thread of its own, then closes the pipe, so that a git that would go on ends.
fn collect(pipe: Option<impl Read + Send + 'static>, limit: u64, done: mpsc::Sender<()>) -> Reader {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe {
            let _ = pipe.take(limit).read_to_end(&mut bytes);
        }
        let _ = done.send(());
        bytes
    })
}

fn joined(reader: Reader) -> Vec<u8> {
    reader.join().unwrap_or_default()
}

/// Ends git and every process it started: a waiting `upload-pack` would keep the pipes open.
fn end_group(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id())
        .ok()
        .and_then(rustix::process::Pid::from_raw)
    {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
}

fn last_lines(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let mut text = text.as_ref();
    if stderr.len() as u64 >= STDERR_LIMIT {
        // A word that was cut off may be the half of a credential, which nobody would find and hide.
        text = text
            .rsplit_once(char::is_whitespace)
            .map_or("", |(whole, _)| whole);
    }
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let from = lines.len().saturating_sub(STDERR_LINES);
    lines[from..].join("; ").replace(char::is_control, " ")
}

/// Asks git for its version, once per process when it is new enough.
fn checked_version() -> Result<(), GitError> {
    static FITS: OnceLock<()> = OnceLock::new();
    if FITS.get().is_some() {
        return Ok(());
    }
    let output = Git::plain(&["--version"]).output_of_any_version()?;
    let found = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    match version(&found) {
        Some(version) if version >= OLDEST => {
            FITS.get_or_init(|| ());
            Ok(())
        }
        _ => Err(GitError::TooOld { found }),
    }
}

/// Reads `git version 2.47.3 (Apple Git-1)`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.strip_prefix("git version ")?.split('.');
    let major = parts.next()?.parse().ok()?;
    let minor: String = parts
        .next()?
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    Some((major, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_git_prints_them() {
        assert_eq!(version("git version 2.47.3"), Some((2, 47)));
        assert_eq!(version("git version 2.39.5 (Apple Git-154)"), Some((2, 39)));
        assert_eq!(version("git version 2.43.windows.1"), Some((2, 43)));
        assert!(version("git version 2.37.7").unwrap() < OLDEST);
        assert_eq!(version("fig 3"), None);
    }

    #[test]
    fn nothing_is_inherited_but_path() {
        let variables = Git::plain(&["-c", "alias.e=!env", "e"]).run().unwrap();
        let variables = String::from_utf8(variables).unwrap();
        for line in variables.lines() {
            let key = line.split('=').next().unwrap();
            assert!(
                key.starts_with("GIT_")
                    || [
                        "PATH",
                        "HOME",
                        "XDG_CONFIG_HOME",
                        "LC_ALL",
                        "TZ",
                        "PWD",
                        "SHLVL",
                        "OLDPWD",
                        "_"
                    ]
                    .contains(&key),
                "{line}"
            );
        }
    }

    #[test]
    fn too_much_output_and_too_long_a_wait_are_errors() {
        let loud = Git::plain(&["-c", "alias.y=!yes", "y"])
            .limit(1000)
            .output();
        assert!(matches!(loud, Err(GitError::TooLarge { limit: 1000, .. })));
        let slow = Git::plain(&["-c", "alias.s=!sleep 60", "s"])
            .time(Duration::from_millis(50))
            .output();
        assert!(matches!(slow, Err(GitError::TimedOut { .. })));
    }

    #[test]
    fn complaints_that_are_cut_off_end_with_a_whole_word() {
        let (words, limit) = (
            "secret-word ".repeat(2000),
            usize::try_from(STDERR_LIMIT).unwrap(),
        );
        for skipped in 0..12 {
            let cut = &words.as_bytes()[skipped..][..limit];
            let shown = last_lines(cut);
            assert!(shown.ends_with(" secret-word"), "{skipped}");
        }
        let whole = last_lines(b"one two\nsecret-w");
        assert_eq!(whole, "one two; secret-w");
        assert_eq!(last_lines(&vec![b'x'; limit]), "");
    }

    #[test]
    fn a_failure_names_the_command_and_not_its_settings() {
        let error = Git::plain(&["rev-parse", "--verify", "nope"])
            .run()
            .unwrap_err();
        let text = error.to_string();
        assert!(
            text.starts_with("`git rev-parse --verify nope` ended with status"),
            "{text}"
        );
        assert!(!text.contains("hooksPath"));
    }
}

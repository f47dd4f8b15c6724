//! Running one program, contained.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::AgentError;
use crate::descendants::{Descendants, MARK};

/// How much of what is printed on standard error is kept, in bytes.
const STDERR_TAIL: usize = 4_000;
/// How long the output may stay open after the program has ended, since a child of it may still hold it.
const LINGER: Duration = Duration::from_millis(500);
/// How often the program's processes are looked at, so that none gets away unseen.
const GLANCE: Duration = Duration::from_millis(100);

/// How long and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long it may take.
    pub wall: Duration,
    /// How long it may print nothing.
    pub stall: Option<Duration>,
    /// How many bytes it may print on standard output.
    pub output: u64,
}

/// One program to run.
#[derive(Debug, Clone)]
pub struct Job {
    /// The program: a path, or a name looked up in the job's own `PATH`.
    pub program: OsString,
    /// Its arguments; no shell sees them.
    pub arguments: Vec<OsString>,
    /// The folder it runs in.
    pub folder: PathBuf,
    /// All of its environment.
    pub environment: BTreeMap<&'static str, OsString>,
    /// What it reads on standard input.
    pub stdin: Vec<u8>,
    /// The file its standard output goes to.
    pub stdout: PathBuf,
    /// How long and how much.
    pub limits: Limits,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By itself, with this status.
    Exited(i32),
    /// By this signal, which was not ours.
    Signalled(i32),
    /// It took too long and was ended.
    TimedOut,
    /// It printed nothing for too long and was ended.
    Stalled,
    /// It printed too much and was ended.
    TooMuchOutput,
}

/// What is left of a program that ran.
#[derive(Debug, Clone)]
pub struct Finished {
    /// How it ended.
    pub end: End,
    /// How long it took.
    pub elapsed: Duration,
    /// Where its standard output lies.
    pub stdout: PathBuf,
    /// The last of its standard error.
    pub stderr_tail: String,
}

/// Runs a program to its end, or ends it. Whatever it has started goes with it, also what left its
/// process group.
///
/// # Errors
/// When it cannot be started or watched, or its output cannot be written.
pub async fn run_job(job: &Job) -> Result<Finished, AgentError> {
    let since = Instant::now();
    let (mut child, mut group) = start(job)?;
    let watched = watch(job, &mut child, &mut group).await;
    drop(group);
    // Reaps the child in every case, so that no zombie stays behind.
    let status = child.wait().await.map_err(lost(job));
    let (end, stderr_tail) = watched?;
    Ok(Finished {
        end: match end {
            Some(end) => end,
            None => how_ended(status?),
        },
        elapsed: since.elapsed(),
        stdout: job.stdout.clone(),
        stderr_tail,
    })
}

/// A process group and everything that left it, ended when this is dropped, also when the run itself is given up.
struct Group(Option<Pid>, Descendants);

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}

impl Group {
    fn end(&mut self) {
        // What is in the group first, so that it starts nothing more.
        end_group(self.0);
        self.1.end();
    }
}

fn start(job: &Job) -> Result<(Child, Group), AgentError> {
    let mut descendants = Descendants::prepare();
    let program = find(job);
    let child = spawn(job, &program, &[], &descendants)
        .or_else(|error| match Errno::from_io_error(&error) {
            // As every shell and `execvp` do it: what the system cannot read is a script that does not say for whom.
            Some(Errno::NOEXEC) => spawn(job, OsStr::new("/bin/sh"), &[&program], &descendants),
            _ => Err(error),
        })
        .map_err(|error| AgentError::NotStarted {
            program: job.program.to_string_lossy().into_owned(),
            why: error.to_string(),
            hint: "check that it is installed, executable and in the search path",
        })?;
    let group = group_of(&child);
    descendants.root(group);
    Ok((child, Group(group, descendants)))
}

fn spawn(
    job: &Job,
    program: &OsStr,
    first: &[&OsStr],
    descendants: &Descendants,
) -> io::Result<Child> {
    Command::new(program)
        .args(first)
        .args(&job.arguments)
        .current_dir(&job.folder)
        .env_clear()
        .envs(&job.environment)
        .env(MARK, descendants.mark())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
}

/// Looks the program up in the job's own search path: the system would look in ours.
fn find(job: &Job) -> OsString {
    let program = Path::new(&job.program);
    if program.components().count() > 1 {
        return job.program.clone();
    }
    let path = job.environment.get("PATH").cloned().unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
        .map_or_else(|| job.program.clone(), PathBuf::into_os_string)
}

/// What one step of watching saw.
enum Step {
    Printed(usize),
    Closed,
    Ended,
}

/// Feeds and reads the child until it ends or breaks a limit; gives the limit it broke, and the last of its errors.
async fn watch(
    job: &Job,
    child: &mut Child,
    group: &mut Group,
) -> Result<(Option<End>, String), AgentError> {
    let feeding = tokio::spawn(feed(child.stdin.take(), job.stdin.clone()));
    let listening = tokio::spawn(tail_of(child.stderr.take()));
    let mut stdout = child.stdout.take();
    let mut record = File::create(&job.stdout).await.map_err(disk(job))?;
    let mut deadline = Instant::now() + job.limits.wall;
    let mut heard = Instant::now();
    let mut written = 0_u64;
    let mut ended = false;
    let mut chunk = vec![0_u8; 64 * 1024];
    let broke = loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break (!ended).then_some(End::TimedOut);
        }
        let silent = heard.elapsed();
        let patience = match job.limits.stall {
            Some(stall) if !ended && silent >= stall => break Some(End::Stalled),
            Some(stall) if !ended => left.min(stall.saturating_sub(silent)),
            _ => left,
        };
        let glance = patience.min(GLANCE);
        match tokio::time::timeout(glance, step(child, &mut stdout, ended, &mut chunk)).await {
            Ok(Ok(Step::Printed(count))) => {
                heard = Instant::now();
                written = written.saturating_add(count as u64);
                if written > job.limits.output {
                    break Some(End::TooMuchOutput);
                }
                record.write_all(&chunk[..count]).await.map_err(disk(job))?;
            }
            Ok(Ok(Step::Closed)) => stdout = None,
            Ok(Ok(Step::Ended)) => {
                ended = true;
                // What it left behind may hold the output open, and even print; that is not waited for.
                deadline = Instant::now() + LINGER;
            }
            Ok(Err(error)) => return Err(lost(job)(error)),
            // Whose time is over shows when the loop looks at the clock.
            Err(_) => group.1.look(),
        }
        if ended && stdout.is_none() {
            break None;
        }
    };
    feeding.abort();
    record.flush().await.map_err(disk(job))?;
    // Whoever is left holds standard error open.
    group.end();
    let tail = tokio::time::timeout(LINGER, listening).await;
    Ok((broke, tail.ok().and_then(Result::ok).unwrap_or_default()))
}

/// Waits for whatever comes first: something printed, the output closed, the program ended.
async fn step(
    child: &mut Child,
    stdout: &mut Option<ChildStdout>,
    ended: bool,
    chunk: &mut [u8],
) -> io::Result<Step> {
    let read = async {
        match stdout {
            Some(stdout) => stdout.read(chunk).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        count = read => Ok(match count? {
            0 => Step::Closed,
            count => Step::Printed(count),
        }),
        status = child.wait(), if !ended => status.map(|_| Step::Ended),
    }
}

/// Writes all of the input; a program that does not read it to its end has had enough.
async fn feed(stdin: Option<ChildStdin>, bytes: Vec<u8>) {
    if let Some(mut stdin) = stdin {
        let _ = stdin.write_all(&bytes).await;
        let _ = stdin.shutdown().await;
    }
}

/// Reads to the end and keeps the last bytes.
async fn tail_of(stderr: Option<impl AsyncRead + Unpin>) -> String {
    let mut tail: Vec<u8> = Vec::new();
    let mut chunk = vec![0_u8; 16 * 1024];
    if let Some(mut stderr) = stderr {
        while let Ok(count @ 1..) = stderr.read(&mut chunk).await {
            tail.extend_from_slice(&chunk[..count]);
            let excess = tail.len().saturating_sub(STDERR_TAIL);
            tail.drain(..excess);
        }
    }
    String::from_utf8_lossy(&tail).into_owned()
}

fn group_of(child: &Child) -> Option<Pid> {
    child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw)
}

fn end_group(group: Option<Pid>) {
    if let Some(group) = group {
        // It fails only when nobody is left in the group.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

fn how_ended(status: ExitStatus) -> End {
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Exited(code),
        (None, signal) => End::Signalled(signal.unwrap_or_default()),
    }
}

fn lost(job: &Job) -> impl FnOnce(io::Error) -> AgentError {
    let program = job.program.to_string_lossy().into_owned();
    move |source| AgentError::Lost { program, source }
}

fn disk(job: &Job) -> impl FnOnce(io::Error) -> AgentError {
    let path = job.stdout.clone();
    move |source| AgentError::Disk {
        doing: "writing",
        path,
        source,
    }
}

//! Programs that misbehave, and how they end.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use lightsout_agents::{AgentError, End, Finished, Job, Limits, run_job};
use tempfile::TempDir;

const LONG: Duration = Duration::from_mins(1);

/// Runs a shell script as an agent would be run.
struct Script {
    folder: TempDir,
    job: Job,
}

impl Script {
    fn new(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let job = Job {
            program: "sh".into(),
            arguments: ["-c", script].iter().map(OsString::from).collect(),
            folder: folder.path().to_path_buf(),
            environment: BTreeMap::from([("PATH", std::env::var_os("PATH").unwrap())]),
            stdin: Vec::new(),
            stdout: folder.path().join("transcript"),
            limits: Limits {
                wall: LONG,
                stall: None,
                output: 64 << 20,
            },
        };
        Self { folder, job }
    }

    async fn run(&self) -> Finished {
        run_job(&self.job).await.unwrap()
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }
}

/// Whether a process that a script noted down is gone, or only waits to be reaped by whoever adopted it.
fn is_gone(pid: &str) -> bool {
    let stat = Path::new("/proc").join(pid.trim()).join("stat");
    match fs::read_to_string(stat) {
        Err(_) => true,
        Ok(stat) => stat
            .rsplit(')')
            .next()
            .unwrap()
            .trim_start()
            .starts_with(['Z', 'X']),
    }
}

fn assert_gone(pid: &str) {
    let since = Instant::now();
    while !is_gone(pid) {
        assert!(since.elapsed() < Duration::from_secs(5), "{pid} lives");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[tokio::test]
async fn exit_codes_and_signals_are_told_apart() {
    for (script, end) in [
        ("exit 0", End::Exited(0)),
        ("exit 3", End::Exited(3)),
        ("kill -9 $$", End::Signalled(9)),
        ("kill -TERM $$", End::Signalled(15)),
    ] {
        assert_eq!(Script::new(script).run().await.end, end, "{script}");
    }
}

#[tokio::test]
async fn output_and_errors_are_kept() {
    let script = Script::new(
        "echo out; echo err >&2; head -c 20000 /dev/zero | tr '\\0' x >&2; echo last >&2",
    );
    let finished = script.run().await;
    assert_eq!(script.file("transcript"), "out\n");
    assert!(finished.stderr_tail.ends_with("xlast\n"));
    assert!(finished.stderr_tail.len() <= 4_000);
    assert_eq!(finished.stdout, script.job.stdout);
}

#[tokio::test]
async fn input_of_any_size_is_no_deadlock() {
    let mut script = Script::new("cat");
    script.job.stdin = vec![b'x'; 10 << 20];
    assert_eq!(script.run().await.end, End::Exited(0));
    assert_eq!(script.file("transcript").len(), 10 << 20);

    // One that does not read, one that closes its input, one that prints first.
    for program in [
        "true",
        "exec <&-; exit 0",
        "head -c 3000000 /dev/zero; cat >/dev/null",
    ] {
        let mut script = Script::new(program);
        script.job.stdin = vec![b'x'; 10 << 20];
        assert_eq!(script.run().await.end, End::Exited(0), "{program}");
    }
}

#[tokio::test]
async fn a_time_out_ends_grandchildren_too() {
    let mut script =
        Script::new("sh -c 'sleep 300 & echo $! > grandchild; sleep 300' & echo $! > child; wait");
    script.job.limits.wall = Duration::from_secs(3);
    let finished = script.run().await;
    assert_eq!(finished.end, End::TimedOut);
    assert!(finished.elapsed < Duration::from_secs(10));
    assert_gone(&script.file("child"));
    assert_gone(&script.file("grandchild"));
}

#[tokio::test]
async fn what_outlives_its_parent_is_ended() {
    for output in ["", ">/dev/null 2>&1"] {
        let script = Script::new(&format!(
            "(trap '' TERM HUP; sleep 300) {output} & echo $! > left; echo done; exit 0"
        ));
        let finished = script.run().await;
        assert_eq!(finished.end, End::Exited(0));
        assert!(finished.elapsed < Duration::from_secs(10));
        assert_eq!(script.file("transcript"), "done\n");
        assert_gone(&script.file("left"));
    }
}

#[tokio::test]
async fn one_left_behind_that_prints_without_end_is_not_waited_for() {
    let script = Script::new("(while :; do echo x; sleep 0.01; done) & exit 0");
    let finished = script.run().await;
    assert_eq!(finished.end, End::Exited(0));
    assert!(finished.elapsed < Duration::from_secs(10));
}

#[tokio::test]
async fn silence_and_chatter_have_limits() {
    let mut script = Script::new("echo once; sleep 300");
    script.job.limits.stall = Some(Duration::from_millis(300));
    assert_eq!(script.run().await.end, End::Stalled);

    let mut script = Script::new("while :; do echo tick; sleep 0.05; done");
    script.job.limits.stall = Some(Duration::from_secs(30));
    script.job.limits.wall = Duration::from_millis(500);
    assert_eq!(script.run().await.end, End::TimedOut);

    let mut script = Script::new("yes");
    script.job.limits.output = 1 << 20;
    assert_eq!(script.run().await.end, End::TooMuchOutput);
    assert!(script.file("transcript").len() <= 1 << 20);
}

#[tokio::test]
async fn a_run_that_is_given_up_ends_its_processes() {
    let script = Script::new("sleep 300 & echo $! > child; wait");
    let given_up = tokio::time::timeout(Duration::from_secs(3), run_job(&script.job)).await;
    assert!(given_up.is_err());
    assert_gone(&script.file("child"));
}

#[tokio::test]
async fn a_program_that_is_not_there_is_an_error_with_a_hint() {
    let mut script = Script::new("");
    script.job.program = "no-such-program-anywhere".into();
    let error = run_job(&script.job).await.unwrap_err();
    assert!(matches!(error, AgentError::NotStarted { .. }));
    assert!(error.to_string().contains("hint:"), "{error}");
}

#[tokio::test]
async fn arguments_see_no_shell() {
    let mut script = Script::new("");
    script.job.program = "printf".into();
    script.job.arguments = ["%s", "$(touch pwned); `x` | y > z"]
        .iter()
        .map(OsString::from)
        .collect();
    script.run().await;
    assert_eq!(script.file("transcript"), "$(touch pwned); `x` | y > z");
    assert!(!script.folder.path().join("pwned").exists());
}

#[tokio::test]
async fn a_script_that_names_no_interpreter_is_run_and_its_arguments_see_no_shell() {
    let mut script = Script::new("");
    let path = script.folder.path().join("manager");
    fs::write(&path, "printf '%s|' \"$@\"\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    script.job.program = path.into();
    script.job.arguments = ["run", "$(touch pwned)"]
        .iter()
        .map(OsString::from)
        .collect();
    assert_eq!(script.run().await.end, End::Exited(0));
    assert_eq!(script.file("transcript"), "run|$(touch pwned)|");
    assert!(!script.folder.path().join("pwned").exists());
}

/// A child that a script leaves behind, in ways that a process group does not reach, is ended with it.
async fn leaves_nothing(start: &str) {
    let script = Script::new(&format!("{start}\nsleep 0.3\necho READY"));
    let finished = script.run().await;
    assert_eq!(finished.end, End::Exited(0));
    let pid = script.file("pid");
    assert!(is_gone(&pid), "{start} left {pid} behind");
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_child_in_another_session_is_ended() {
    leaves_nothing("setsid sh -c 'echo $$ > pid; exec sleep 300' &").await;
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn an_orphan_in_another_session_is_ended() {
    leaves_nothing("(setsid sh -c 'echo $$ > pid; exec sleep 300' > /dev/null 2>&1 &)").await;
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn an_orphan_without_its_environment_is_ended() {
    let path = std::env::var("PATH").unwrap();
    leaves_nothing(&format!(
        "(env -i PATH='{path}' setsid sh -c 'echo $$ > pid; exec sleep 300' > /dev/null 2>&1 &)"
    ))
    .await;
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_run_that_is_too_long_ends_with_all_its_children() {
    let mut script = Script::new("(setsid sh -c 'echo $$ > pid; exec sleep 300' &); sleep 300");
    script.job.limits.wall = Duration::from_millis(700);
    assert_eq!(script.run().await.end, End::TimedOut);
    assert!(is_gone(&script.file("pid")));
}

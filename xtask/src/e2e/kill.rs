//! `cargo xtask e2e kill`: kills the demo at random moments; it must always reach the same end.

use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::forge::{self, Commit, Program};
use super::result::Request;

/// How often a folder is killed before its demo may run to the end: fresh folders and battered ones in turn.
const KILLS_PER_FOLDER: &[u32] = &[1, 1, 3, 1, 5];

/// What must be the same in the end.
#[derive(Debug, PartialEq, Eq)]
struct End {
    table: Vec<String>,
    threads: Vec<String>,
    history: Vec<Commit>,
}

impl End {
    fn read(program: &Program, folder: &Path, clone: &Path, requests: &[Request]) -> Result<Self> {
        let mut history = forge::clone(folder, clone)?;
        // Which of two independent requests is merged first is no promise.
        history.sort_by(|a, b| a.subject.cmp(&b.subject));
        Ok(Self {
            table: requests.iter().map(|one| one.lasting.to_string()).collect(),
            threads: forge::threads(program, folder)?,
            history,
        })
    }
}

/// Runs the check.
pub(crate) fn run(program: &Program, times: u32, seed: u64) -> Result<()> {
    let outer = tempfile::tempdir()?;
    let start = Instant::now();
    let folder = outer.path().join("undisturbed");
    let requests = program.demo_to_the_end(&folder)?;
    let whole = start.elapsed();
    let expected = End::read(
        program,
        &folder,
        &outer.path().join("undisturbed-clone"),
        &requests,
    )?;

    let mut random = fastrand::Rng::with_seed(seed);
    let mut kills = 0;
    for (round, per_folder) in KILLS_PER_FOLDER.iter().cycle().enumerate() {
        if kills >= times {
            break;
        }
        let folder = outer.path().join(format!("round-{round}"));
        let mut moments = Vec::new();
        for _ in 0..(*per_folder).min(times - kills) {
            let moment = whole.mul_f64(random.f64());
            moments.push(format!("{:.3}", moment.as_secs_f64()));
            kill_after(program, &folder, moment)?;
            kills += 1;
        }
        let story = format!("round {round}, killed after {} s", moments.join(", "));
        let requests = program.demo_to_the_end(&folder).context(story.clone())?;
        let end = End::read(
            program,
            &folder,
            &outer.path().join(format!("clone-{round}")),
            &requests,
        )
        .context(story.clone())?;
        if end != expected {
            bail!(
                "{story}: another end\nexpected {expected:#?}\nfound {end:#?}\n`--seed {seed}` repeats the moments"
            );
        }
        std::fs::remove_dir_all(&folder)?;
        println!("{story}: the same end");
    }
    println!(
        "kill: {kills} kills in {:.1} s, always the same end",
        start.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Starts the demo and kills it with SIGKILL after a while; it may have ended by then.
fn kill_after(program: &Program, folder: &Path, moment: Duration) -> Result<()> {
    let mut child = program
        .demo(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    thread::sleep(moment);
    if let Some(status) = child.try_wait()? {
        ensure!(status.success(), "the demo ended by itself with {status}");
        return Ok(());
    }
    child.kill()?;
    child.wait()?;
    Ok(())
}

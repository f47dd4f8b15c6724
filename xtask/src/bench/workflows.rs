//! How long it takes to make the workflows of a repository.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use lightsout_taxonomy::{Factory, PackageManager};
use lightsout_workflows::files;

/// What nobody who types the command notices.
const AT_MOST: Duration = Duration::from_millis(50);
/// How often each set is made.
const TIMES: usize = 20;

/// Makes the files of every package manager from its declaration, and says what the best run of the slowest took.
pub(crate) fn run() -> Result<()> {
    let mut slowest = Duration::ZERO;
    for manager in PackageManager::ALL {
        let name = manager.name();
        let declaration = format!(
            "{}\n",
            include_str!("../../../workflows/factory.toml")
                .replace("\"pnpm\"", &format!("\"{name}\""))
        );
        let once = || -> Result<(Duration, usize)> {
            let start = Instant::now();
            let factory = Factory::parse("factory.toml", &declaration)
                .map_err(|complaints| anyhow::anyhow!("{complaints:?}"))?;
            let bytes = black_box(files(&factory))
                .iter()
                .map(|one| one.1.len())
                .sum();
            Ok((start.elapsed(), bytes))
        };
        let runs: Vec<(Duration, usize)> = (0..TIMES).map(|_| once()).collect::<Result<_>>()?;
        let (time, bytes) = runs.into_iter().min().context("nothing was made")?;
        let milliseconds = time.as_secs_f64() * 1e3;
        println!("{name:<6} {milliseconds:>6.2} ms for 13 files of {bytes} bytes together");
        slowest = slowest.max(time);
    }
    ensure!(
        slowest < AT_MOST,
        "making them takes {slowest:?}, and {AT_MOST:?} at most is wanted"
    );
    Ok(())
}

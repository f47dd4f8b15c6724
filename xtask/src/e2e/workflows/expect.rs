//! What came of events, and what must have come of them.

use anyhow::{Context, Result, ensure};

use super::act::Ran;

/// A run of a workflow, and what started it.
pub(super) struct Told {
    pub(super) event: String,
    /// The pull request that it is of, if any.
    pub(super) pull: Option<u64>,
    pub(super) ran: Ran,
}

/// What ran of a workflow for an event: exactly these jobs, and each of them well.
pub(super) fn expect<'t>(
    told: impl IntoIterator<Item = &'t Told>,
    event: &str,
    file: &str,
    jobs: &[&str],
) -> Result<&'t Ran> {
    let found = told
        .into_iter()
        .find(|one| one.event == event && one.ran.file == file);
    let ran = &found
        .with_context(|| format!("`{event}` did not start `{file}`"))?
        .ran;
    only(ran, jobs)?;
    Ok(ran)
}

/// Exactly these jobs ran, and each of them well; the others were skipped.
pub(super) fn only(ran: &Ran, jobs: &[&str]) -> Result<()> {
    let mut wanted: Vec<&str> = jobs.to_vec();
    wanted.sort_unstable();
    let well: Vec<&str> = ran
        .jobs
        .iter()
        .filter(|(_, job)| job.result == "success")
        .map(|(id, _)| id.as_str())
        .collect();
    ensure!(
        well == wanted && ran.jobs.len() == wanted.len(),
        "`{}` ran {:?} and not {wanted:?}:\n{}",
        ran.file,
        ran.jobs,
        ran.log
    );
    Ok(())
}

/// A job gave this out.
pub(super) fn gave(ran: &Ran, job: &str, name: &str, value: &str) -> Result<()> {
    let given = ran.output(job, name);
    ensure!(
        given == value,
        "{} {job}: `{name}` is `{given}` and not `{value}`\n{}",
        ran.file,
        ran.log
    );
    Ok(())
}

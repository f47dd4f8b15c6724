//! How many decisions a second, beside reading the events that they are about.

use anyhow::{Result, bail};

use crate::process::{self, cargo};

/// What a factory of any size never notices: a million decisions a second.
const AT_LEAST: f64 = 1e6;

/// Runs the example that measures, and says whether it is fast enough.
pub(crate) fn run() -> Result<()> {
    let text = process::read(cargo().args([
        "run",
        "--quiet",
        "--release",
        "-p",
        "lightsout-lifecycle",
        "--example",
        "decisions",
    ]))?;
    print!("{text}");
    let Some(rate) = rate(&text) else {
        bail!("the example did not say how many decisions it made");
    };
    if rate < AT_LEAST {
        bail!("{rate:.0} decisions a second, {AT_LEAST:.0} at least are wanted");
    }
    Ok(())
}

/// Reads the decisions a second out of what the example prints.
fn rate(text: &str) -> Option<f64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("decisions:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_read_or_missed() {
        let text = "decisions:    1234567 a second, 15 cases, one core\nratio: 2.00\n";
        assert_eq!(rate(text), Some(1_234_567.0));
        assert_eq!(rate("ratio: 2.00\n"), None);
    }
}

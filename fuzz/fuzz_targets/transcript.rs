//! A transcript of any bytes: no panic, and what holds for every outcome.
#![no_main]

use std::io::Read as _;

use libfuzzer_sys::fuzz_target;
use lightsout_signal::{Limits, Outcome, Signal, Verdict, Weight};

fuzz_target!(|bytes: &[u8]| {
    let outcome = Outcome::read(bytes, &Limits::default());
    let void = |outcome: &Outcome| {
        let mut codes = outcome.findings.iter().map(|finding| finding.code);
        codes.any(|code| code.weight() == Weight::Void)
    };
    assert_eq!(outcome.signal.is_none(), void(&outcome), "no signal without a reason, no reason beside a signal");
    for (index, finding) in outcome.findings.iter().enumerate() {
        assert!(outcome.findings[index + 1..].iter().all(|other| other.code != finding.code));
        assert!(!finding.message.contains('\n'));
    }
    for commits in [0, 1] {
        let verdict = outcome.judge(commits).verdict;
        assert_eq!(verdict == Verdict::Take, commits > 0 && outcome.signal == Some(Signal::Ready));
    }

    // However it arrives, it comes to the same.
    let middle = bytes.len() / 2;
    let torn = bytes[..middle].chain(&bytes[middle..]);
    assert_eq!(Outcome::read(torn, &Limits::default()), outcome);

    // The same holds where hardly anything is kept.
    let limits = Limits { string: 24, message: 400, text: 64 };
    let small = Outcome::read(bytes, &limits);
    assert_eq!(small.signal.is_none(), void(&small));
});

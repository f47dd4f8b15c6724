//! The canary, week by week.

use super::*;
use crate::decide::tests::{event_of, report, sha};
use crate::trace::tests::told;
use crate::{decide, settle};

fn facts() -> CanaryFacts {
    let skill = |name: &str| SkillFacts {
        name: name.into(),
        problem: None,
        phrase: format!("{name} at dusk"),
    };
    CanaryFacts {
        now: DateTime::UNIX_EPOCH,
        enabled: true,
        model: "claude-sonnet-4-6".into(),
        reads: true,
        skills: vec![skill("content-engine"), skill("brand")],
        base: BranchName::new("main").unwrap(),
        at: sha('a'),
        issue: None,
        run_alive: false,
        budget_refusal: None,
    }
}

fn due(facts: &CanaryFacts) -> Plan {
    let chore = Chore::Canary;
    let plan = decide(&event_of(EventKind::Tick { chore }), facts);
    assert_eq!(
        plan,
        decide(&event_of(EventKind::Dispatch { chore }), facts)
    );
    plan
}

fn after(mut facts: CanaryFacts, plan: &Plan) -> CanaryFacts {
    for action in &plan.actions {
        let Action::EnsureIssue {
            key, body, state, ..
        } = action
        else {
            panic!("{action:?}")
        };
        assert_eq!(*key, canary_key());
        facts.issue = Some(OwnIssue {
            state: *state,
            body: format!("{}\n{body}", key.marker()),
        });
    }
    facts
}

fn says(facts: &CanaryFacts, phrases: &[(&str, &str)]) -> RunReport {
    let phrases = phrases.iter();
    RunReport {
        run: facts.record().run.unwrap().id,
        role: Role::Canary,
        ..report(RunEnd::Recited {
            phrases: phrases
                .map(|(name, phrase)| ((*name).to_owned(), (*phrase).to_owned()))
                .collect(),
        })
    }
}

const READ: [(&str, &str); 2] = [
    ("content-engine", "content-engine at dusk"),
    ("brand", " brand at dusk\n"),
];

/// One whole canary that passes.
fn passes(facts: &CanaryFacts) -> (CanaryFacts, Plan) {
    let running = after(facts.clone(), &due(facts));
    let plan = settle(&says(&running, &READ), &running);
    (after(running, &plan), plan)
}

fn state(facts: &CanaryFacts) -> IssueState {
    facts.issue.as_ref().unwrap().state
}

#[test]
fn the_agent_is_asked_once_every_skill_loads() {
    let plan = due(&facts());
    assert_eq!(plan.reason, Reason::CanaryStarted);
    let order = plan.run.clone().unwrap();
    assert_eq!(
        (order.role, order.issue, order.kind),
        (Role::Canary, Number(0), None)
    );
    assert_eq!(
        (order.id.0.as_str(), order.at),
        ("canary-1", Some(sha('a')))
    );
    let mut running = after(facts(), &plan);
    assert_eq!(state(&running), IssueState::Closed);
    running.run_alive = true;
    assert_eq!(due(&running), Plan::ignore(Reason::RunInProgress));
}

#[test]
fn a_pass_is_recorded_and_a_new_model_is_a_recalibration() {
    let (passed, plan) = passes(&facts());
    assert_eq!(
        (plan.reason, state(&passed)),
        (Reason::CanaryPassed, IssueState::Closed)
    );
    assert_eq!(passed.record().model.as_deref(), Some("claude-sonnet-4-6"));
    let (again, plan) = passes(&passed);
    assert_eq!(plan.reason, Reason::CanaryPassed);
    assert_eq!(again.record().attempt, 2);
    let mut changed = again;
    changed.model = "claude-opus-4-6".into();
    let (calibrated, plan) = passes(&changed);
    assert_eq!(plan.reason, Reason::Recalibrated);
    let record = calibrated.record();
    assert_eq!(record.recalibrations.len(), 1);
    assert_eq!(record.recalibrations[0].from, "claude-sonnet-4-6");
    insta::assert_snapshot!(calibrated.issue.unwrap().body);
}

#[test]
fn without_a_model_there_is_nothing_to_prove_but_that_every_skill_loads() {
    let mut without = facts();
    without.reads = false;
    assert_eq!(due(&without), Plan::ignore(Reason::NothingToProve));
    without.skills[0].problem = Some("`SKILL.md` is missing".into());
    let plan = due(&without);
    assert_eq!((plan.reason, &plan.run), (Reason::SkillBroken, &None));
    let mut mended = after(without, &plan);
    mended.skills[0].problem = None;
    let plan = due(&mended);
    assert_eq!((plan.reason, &plan.run), (Reason::SkillsLoad, &None));
    let closed = after(mended, &plan);
    assert_eq!(state(&closed), IssueState::Closed);
    assert_eq!(closed.record().model, None, "nothing has passed");
    assert_eq!(due(&closed), Plan::ignore(Reason::NothingToProve));
}

#[test]
fn what_was_written_before_there_were_such_agents_reads() {
    let mut json = serde_json::to_value(facts()).unwrap();
    json.as_object_mut().unwrap().remove("reads").unwrap();
    assert_eq!(
        serde_json::from_value::<CanaryFacts>(json).unwrap(),
        facts()
    );
}

#[test]
fn a_broken_skill_is_told_once_and_costs_nothing() {
    let mut broken = facts();
    broken.skills[1].problem = Some("`SKILL.md` is missing".into());
    let plan = due(&broken);
    assert_eq!((plan.reason, &plan.run), (Reason::SkillBroken, &None));
    let mut told = after(broken, &plan);
    assert_eq!(state(&told), IssueState::Open);
    assert!(told.issue.as_ref().unwrap().body.contains("SKILL.md"));
    assert_eq!(due(&told), Plan::ignore(Reason::AlertStands));
    told.skills[1].problem = None;
    let plan = due(&told);
    assert_eq!(plan.reason, Reason::CanaryStarted);
    assert_eq!(
        state(&after(told, &plan)),
        IssueState::Open,
        "until it has passed"
    );
}

#[test]
fn a_phrase_that_does_not_come_back_opens_the_issue() {
    for phrases in [
        &READ[..1],
        &[READ[0], ("brand", "brand at dawn")],
        &[
            ("brand", "content-engine at dusk"),
            ("content-engine", "brand at dusk"),
        ],
        &[],
    ] {
        let running = after(facts(), &due(&facts()));
        let plan = settle(&says(&running, phrases), &running);
        let failed = after(running, &plan);
        assert_eq!(
            (plan.reason, state(&failed)),
            (Reason::CanaryFailed, IssueState::Open)
        );
        assert!(failed.issue.as_ref().unwrap().body.contains("`brand`"));
        assert_eq!(failed.record().model, None);
        let (mended, _) = passes(&failed);
        assert_eq!(state(&mended), IssueState::Closed);
    }
}

#[test]
fn a_run_that_says_nothing_fails_and_a_late_report_does_nothing() {
    let running = after(facts(), &due(&facts()));
    let silent = RunReport {
        end: RunEnd::NoSignal {
            message: "hm".into(),
        },
        ..says(&running, &READ)
    };
    let plan = settle(&silent, &running);
    assert_eq!(plan.reason, Reason::CanaryFailed);
    let failed = after(running.clone(), &plan);
    let late = says(&running, &READ);
    assert_eq!(settle(&late, &failed), Plan::ignore(Reason::AlreadyHandled));
    let next = after(failed.clone(), &due(&failed));
    assert_eq!(settle(&late, &next), Plan::ignore(Reason::AlreadyHandled));
}

#[test]
fn a_dead_run_is_taken_up_and_at_last_told() {
    let mut world = after(facts(), &due(&facts()));
    for tries in 2..=3 {
        let plan = due(&world);
        assert_eq!(plan.reason, Reason::Resumed);
        assert_eq!(plan.run.as_ref().unwrap().id.0, "canary-1");
        world = after(world, &plan);
        assert_eq!(world.record().run.unwrap().tries, tries);
    }
    let plan = due(&world);
    assert_eq!((plan.reason, &plan.run), (Reason::RunKeepsDying, &None));
    let told = after(world, &plan);
    assert_eq!((state(&told), told.record().run), (IssueState::Open, None));
}

#[test]
fn a_budget_that_refuses_is_told_and_other_chores_are_not_its_own() {
    let mut poor = facts();
    poor.budget_refusal = Some("the day is spent".into());
    let plan = due(&poor);
    assert_eq!((plan.reason, &plan.run), (Reason::BudgetReached, &None));
    assert!(
        after(poor, &plan)
            .issue
            .unwrap()
            .body
            .contains("the day is spent")
    );
    for chore in [Chore::Spend, Chore::Stale] {
        let event = event_of(EventKind::Tick { chore });
        assert_eq!(decide(&event, &facts()), Plan::ignore(Reason::NothingToDo));
    }
}

#[test]
fn the_rules_that_were_looked_at_are_told() {
    let chore = Chore::Canary;
    let tick = event_of(EventKind::Tick { chore });
    insta::assert_snapshot!(told(|| decide(&tick, &facts())), @"kill-switch-off run-in-progress skill-broken nothing-to-prove budget-reached canary-started!");
}

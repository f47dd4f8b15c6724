//! Yesterday's spend against the threshold: one issue, opened, kept up to date and closed again.

use chrono::NaiveDate;
use lightsout_forge::{Action, Chore, CommentKey, Event, EventKind, IssueState, Label, Number};
use lightsout_ledger::{Cost, Nanodollars};
use serde::{Deserialize, Serialize};

use crate::facts::OwnIssue;
use crate::trace::applies;
use crate::{Plan, Reason, texts};

/// What was spent on one day, and the alert that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpendFacts {
    /// The kill switch: whether `CMS_BOT_ENABLED` equals `true`.
    pub enabled: bool,
    /// The day that is over, UTC.
    pub day: NaiveDate,
    /// What was spent on it.
    pub spent: Cost,
    /// What counts against the threshold: where a cost is unknown, what had been put aside for it.
    pub counted: Nanodollars,
    /// What each issue spent of it, by number.
    pub issues: Vec<IssueSpend>,
    /// What a day may cost before people are told.
    pub threshold: Nanodollars,
    /// The alert, if there ever was one.
    pub alert: Option<OwnIssue>,
}

/// What one issue spent on that day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueSpend {
    /// The issue.
    pub issue: Number,
    /// What it spent.
    pub spent: Cost,
}

/// The key of the one issue about spend.
pub fn spend_key() -> CommentKey {
    CommentKey::new("spend")
}

pub(crate) fn decide(event: &Event, facts: &SpendFacts) -> Plan {
    match event.kind {
        EventKind::Tick {
            chore: Chore::Spend,
        }
        | EventKind::Dispatch {
            chore: Chore::Spend,
        } => alert(facts),
        _ => Plan::ignore(Reason::NothingToDo),
    }
}

fn alert(facts: &SpendFacts) -> Plan {
    if !applies(Reason::SpendUnder, facts.counted <= facts.threshold) {
        return over(facts);
    }
    match &facts.alert {
        Some(alert) if alert.state == IssueState::Open => {
            let text = texts::spend_back_under(facts);
            let action = issue(facts, text, IssueState::Closed);
            Plan::act(Reason::SpendBackUnder, vec![action])
        }
        _ => Plan::ignore(Reason::SpendUnder),
    }
}

/// Tells people, once for each day: an alert that says the same already is left alone, also when somebody has closed it.
fn over(facts: &SpendFacts) -> Plan {
    let text = texts::spend_over(facts);
    let alert = facts.alert.as_ref();
    let stands = alert.is_some_and(|alert| alert.text() == text);
    if applies(Reason::AlertStands, stands) {
        return Plan::ignore(Reason::AlertStands);
    }
    let action = issue(facts, text, IssueState::Open);
    Plan::act(Reason::SpendOver, vec![action])
}

fn issue(facts: &SpendFacts, body: String, state: IssueState) -> Action {
    Action::EnsureIssue {
        key: spend_key(),
        title: format!("Spend on {}: {}", facts.day, facts.spent),
        body,
        labels: [Label::cost_alert()].into(),
        state,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::tests::told;
    use crate::{AnyFacts, decide};
    use lightsout_forge::{Account, AccountKind, EventId, Login};

    fn tick(chore: Chore) -> Event {
        Event {
            id: EventId("t".into()),
            at: chrono::DateTime::UNIX_EPOCH,
            actor: Account {
                login: Login::new("lightsout[bot]").unwrap(),
                kind: AccountKind::Bot,
            },
            kind: EventKind::Tick { chore },
        }
    }

    fn facts(dollars: u64) -> SpendFacts {
        let spent = Cost::measured(Nanodollars::from_dollars(dollars));
        SpendFacts {
            enabled: true,
            day: NaiveDate::from_ymd_opt(2026, 3, 1).unwrap(),
            spent,
            counted: spent.known(),
            issues: vec![IssueSpend {
                issue: Number(4),
                spent,
            }],
            threshold: Nanodollars::from_dollars(50),
            alert: None,
        }
    }

    /// What the forge shows once the plan is done.
    fn done(mut facts: SpendFacts, plan: &Plan) -> SpendFacts {
        for action in &plan.actions {
            if let Action::EnsureIssue {
                key, body, state, ..
            } = action
            {
                facts.alert = Some(OwnIssue {
                    state: *state,
                    body: format!("{}\n{body}", key.marker()),
                });
            }
        }
        facts
    }

    #[test]
    fn a_day_over_the_threshold_is_told_once() {
        let plan = decide(&tick(Chore::Spend), &facts(51));
        assert_eq!((plan.reason, plan.actions.len()), (Reason::SpendOver, 1));
        insta::assert_json_snapshot!(plan.actions[0]);
        let mut told = done(facts(51), &plan);
        let again = decide(&tick(Chore::Spend), &told);
        assert_eq!(again, Plan::ignore(Reason::AlertStands));
        // Somebody has read it and closed it.
        told.alert.as_mut().unwrap().state = IssueState::Closed;
        assert!(decide(&tick(Chore::Spend), &told).is_empty());
        // The next day is told anew.
        told.day = told.day.succ_opt().unwrap();
        assert_eq!(decide(&tick(Chore::Spend), &told).reason, Reason::SpendOver);
    }

    #[test]
    fn the_rules_that_were_looked_at_are_told() {
        let told = told(|| decide(&tick(Chore::Spend), &facts(51)));
        insta::assert_snapshot!(told, @"kill-switch-off spend-under alert-stands spend-over!");
    }

    #[test]
    fn the_threshold_itself_is_allowed() {
        let plan = decide(&tick(Chore::Spend), &facts(50));
        assert_eq!(plan, Plan::ignore(Reason::SpendUnder));
    }

    #[test]
    fn what_is_unknown_counts_as_it_was_put_aside() {
        let mut unknown = facts(1);
        unknown.spent = Cost::unknown();
        unknown.counted = Nanodollars::from_dollars(60);
        let plan = decide(&tick(Chore::Spend), &unknown);
        assert_eq!(plan.reason, Reason::SpendOver);
    }

    #[test]
    fn the_alert_closes_itself_once() {
        let over = decide(&tick(Chore::Spend), &facts(51));
        let mut next = done(facts(51), &over);
        next.counted = Nanodollars::from_dollars(3);
        next.spent = Cost::measured(next.counted);
        let plan = decide(&tick(Chore::Spend), &next);
        assert_eq!(plan.reason, Reason::SpendBackUnder);
        let closed = done(next, &plan);
        let alert = closed.alert.as_ref().unwrap();
        assert_eq!(alert.state, IssueState::Closed);
        insta::assert_snapshot!(alert.text(), @"Yesterday's spend was within the threshold again, so the alert is closed. On 2026-03-01 it was $3.00 against a threshold of $50.00.");
        assert!(decide(&tick(Chore::Spend), &closed).is_empty());
    }

    #[test]
    fn nothing_else_wakes_it_and_the_kill_switch_silences_it() {
        for chore in [Chore::Stale, Chore::Canary] {
            assert!(decide(&tick(chore), &facts(51)).is_empty());
        }
        let mut off = facts(51);
        off.enabled = false;
        assert_eq!(
            decide(&tick(Chore::Spend), &off),
            Plan::ignore(Reason::KillSwitchOff)
        );
    }

    #[test]
    fn facts_in_a_file_are_decided_as_they_are() {
        let any = AnyFacts::Spend(facts(51));
        let json = serde_json::to_value(&any).unwrap();
        assert_eq!(json["about"], "spend");
        let read: AnyFacts = serde_json::from_value(json).unwrap();
        assert_eq!(
            decide(&tick(Chore::Spend), &read),
            decide(&tick(Chore::Spend), &facts(51))
        );
    }
}

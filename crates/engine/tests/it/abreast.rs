//! Two jobs about one request at once: one stands still at each of its calls while the other does all it has to do.

use lightsout_engine::{About, Hired};
use lightsout_forge::{CheckState, EventKind, Label, Number, PullRequest, Status};
use lightsout_lifecycle::Reason;
use lightsout_testkit::FaultyForge;

use crate::crash::shown;
use crate::parts::{agent, asked_to_publish, deal, event, in_review, status};
use crate::world::{MAINTAINER, World, login_of};

/// A request that somebody asked to publish: its world, and the two events that tell of it. In Actions each has a job, and
/// nothing in the second says which request the first is about, so no concurrency group keeps them apart.
struct Asked {
    world: World,
    issue: Number,
    comment: EventKind,
    label: EventKind,
}

async fn asked() -> Asked {
    let (world, issue, pull) = in_review().await;
    let comment = asked_to_publish(&world, &pull).await;
    let label = EventKind::PullLabeled {
        pull: pull.number,
        label: Label::approved(),
    };
    Asked {
        world,
        issue,
        comment,
        label,
    }
}

impl Asked {
    /// Deals with the comment, and with the label before the `nth` call of that. Gives what is shown in the end, and whether
    /// there was such a call.
    async fn abreast(&self, nth: usize) -> (String, bool) {
        let (world, about) = (&self.world, About::Request(Some(self.issue)));
        let hired = Hired::of(&agent(world, "exit 1"));
        let out = world.dir.path().join("first");
        let forge = FaultyForge::pausing(&world.local, nth);
        let work = world.with_engine(&forge, async |engine| {
            let event = event(self.comment.clone());
            engine.deal(about, &event, &hired, &out).await.unwrap()
        });
        let mut work = std::pin::pin!(work);
        let came_between = tokio::select! {
            _ = &mut work => false,
            () = forge.reached() => {
                deal(world, "second", about, self.label.clone()).await;
                forge.go_on();
                work.await;
                true
            }
        };
        (shown(world).await, came_between)
    }
}

/// Plays it for each call that there is, each time in a new world; every end is the one that nobody disturbed.
async fn at_every_call(world: impl AsyncFn() -> Asked) {
    let mut undisturbed = None;
    for nth in (0..).map(|nth: usize| nth.wrapping_sub(1)) {
        let asked = world().await;
        let (end, came_between) = Box::pin(asked.abreast(nth)).await;
        let usual = undisturbed.get_or_insert_with(|| end.clone());
        assert!(end.contains("Merged"), "{end}");
        assert_eq!(end, *usual, "before call {nth}");
        assert!(
            status(&asked.world, asked.issue)
                .await
                .contains("published")
        );
        if !came_between && nth != usize::MAX {
            assert!(nth > 8, "only {nth} calls");
            return;
        }
    }
}

#[tokio::test]
async fn whoever_hears_of_the_label_changes_nothing_for_whoever_heard_the_comment() {
    Box::pin(at_every_call(asked)).await;
}

async fn check(world: &World, pull: &PullRequest, state: CheckState) {
    let status = Status {
        context: "site/build".to_owned(),
        state,
        description: String::new(),
    };
    let by = world.local.acting(&login_of(MAINTAINER));
    by.say_status(&pull.head_sha, &status, None).await.unwrap();
}

/// The same, where a check was pending when the comment was heard, and is green now.
async fn waiting() -> Asked {
    let asked = asked().await;
    let world = &asked.world;
    let pull = world.pulls().await.pop().unwrap();
    check(world, &pull, CheckState::Pending).await;
    let about = About::Request(Some(asked.issue));
    let (held, _) = deal(world, "held", about, asked.comment.clone()).await;
    assert_eq!(held.reason(), Some(Reason::ChecksPending));
    check(world, &pull, CheckState::Success).await;
    // Whoever waits looks again.
    let look = EventKind::Sweep { issue: asked.issue };
    Asked {
        comment: look,
        ..asked
    }
}

#[tokio::test]
async fn two_that_waited_for_the_same_check_merge_once() {
    Box::pin(at_every_call(waiting)).await;
}

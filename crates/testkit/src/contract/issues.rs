//! Issues of the factory's own, one for each key.

use lightsout_forge::{Action, CommentKey, Forge, Issue, IssueState, Label};

use super::{World, changes, events, is_bot, label, mira, raised, robin, same};

fn alert(body: &str, state: IssueState) -> Action {
    Action::EnsureIssue {
        key: CommentKey::new("spend"),
        title: "Spend".to_owned(),
        body: body.to_owned(),
        labels: [Label::cost_alert()].into(),
        state,
    }
}

async fn found(forge: &dyn Forge) -> Option<Issue> {
    forge.keyed_issue(&CommentKey::new("spend")).await.unwrap()
}

pub(super) async fn a_keyed_issue_is_opened_once_and_edited_in_place(world: &dyn World) {
    let forge = world.forge();
    assert_eq!(found(forge).await, None);
    changes(forge, &alert("$51", IssueState::Open)).await;
    let opened = found(forge).await.unwrap();
    assert!(CommentKey::new("spend").marks(&opened.body));
    assert!(opened.body.ends_with("\n$51"), "{}", opened.body);
    assert!(is_bot(&opened.author));
    assert_eq!(opened.labels, [Label::cost_alert()].into());
    world
        .add_label(&mira(), opened.number, &label("seen"))
        .await;
    events(world).await;
    changes(forge, &alert("$52", IssueState::Open)).await;
    let edited = found(forge).await.unwrap();
    assert_eq!(edited.number, opened.number);
    assert!(edited.body.ends_with("\n$52"), "{}", edited.body);
    assert!(edited.labels.contains(&label("seen")));
    assert_eq!(forge.open_issues().await.unwrap().len(), 1);
    // It is the workflow's doing.
    raised(world, &[]).await;
}

pub(super) async fn a_keyed_issue_is_closed_and_opened_again(world: &dyn World) {
    let forge = world.forge();
    changes(forge, &alert("a record", IssueState::Closed)).await;
    let closed = found(forge).await.unwrap();
    assert_eq!(closed.state, IssueState::Closed);
    changes(forge, &alert("a record", IssueState::Open)).await;
    let open = found(forge).await.unwrap();
    assert_eq!((open.number, open.state), (closed.number, IssueState::Open));
    world.close(&mira(), open.number).await;
    events(world).await;
    same(forge, &alert("a record", IssueState::Closed)).await;
    raised(world, &[]).await;
}

pub(super) async fn only_the_factory_owns_keyed_issues(world: &dyn World) {
    let forge = world.forge();
    let body = format!("{}\n$0", CommentKey::new("spend").marker());
    let forged = world.open_issue(&robin(), "Spend", &body, &[]).await;
    assert_eq!(found(forge).await, None);
    changes(forge, &alert("$51", IssueState::Open)).await;
    assert_ne!(found(forge).await.unwrap().number, forged);
    assert_eq!(forge.issue(forged).await.unwrap().body, body);
}

//! The comments of an issue, as a program gives them, and which of them may answer.

use std::path::Path;

use chrono::{DateTime, FixedOffset};
use lightsout_forge::{AccountKind, CommentId, Login, Permission};
use lightsout_lifecycle::{Command, CommentFacts, Person};
use lightsout_taxonomy::{Factory, Reply};
use serde::{Deserialize, Serialize};

use crate::failure::Mendable;
use crate::input;

/// A comment as it is given; other keys are not looked at.
#[derive(Deserialize)]
struct Comment {
    author: String,
    #[serde(default)]
    association: String,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    created_at: Option<DateTime<FixedOffset>>,
}

/// A comment that answers nothing, and why.
#[derive(Debug, Serialize)]
pub(super) struct Ignored {
    /// Its place in the list, from 0.
    pub(super) comment: usize,
    /// `command`, `bot` or `stranger`.
    pub(super) reason: &'static str,
}

/// What the thread comes to.
#[derive(Default)]
pub(super) struct Thread {
    /// The answers in the order in which they were written; the number of each is its place in the list, from 0.
    pub(super) replies: Vec<Reply>,
    pub(super) ignored: Vec<Ignored>,
}

/// Reads a thread from JSON.
pub(super) fn read(
    factory: &Factory,
    file: &Path,
    json: &str,
    requester: &str,
) -> anyhow::Result<Thread> {
    let mut comments: Vec<Comment> = serde_json::from_str(json).map_err(|error| {
        Mendable::error(
            format!("`{}` is no list of comments: {error}", input::shown(file)),
            "it should be a JSON array of objects with `author`, `association`, `body` and `created_at`",
        )
    })?;
    let requester = Login::new(requester)
        .map_err(|error| Mendable::error(error.to_string(), "give the login of the requester"))?;
    let mut order: Vec<usize> = (0..comments.len()).collect();
    // Without a time for each, the list is the order.
    if comments.iter().all(|comment| comment.created_at.is_some()) {
        order.sort_by_key(|index| comments[*index].created_at);
    }
    let mut thread = Thread::default();
    for index in order {
        let comment = &mut comments[index];
        let body = comment.body.take().unwrap_or_default();
        match reason_to_ignore(factory, comment, &body, &requester) {
            Some(reason) => thread.ignored.push(Ignored {
                comment: index,
                reason,
            }),
            None => thread.replies.push(Reply {
                id: index as u64,
                author: comment.author.clone(),
                body,
            }),
        }
    }
    thread.ignored.sort_by_key(|ignored| ignored.comment);
    Ok(thread)
}

fn reason_to_ignore(
    factory: &Factory,
    comment: &Comment,
    body: &str,
    requester: &Login,
) -> Option<&'static str> {
    // Whoever has no login that the forge would give out is nobody we know.
    let Some(author) = person(factory, comment) else {
        return Some("stranger");
    };
    let facts = CommentFacts {
        id: CommentId(0),
        author,
        command: Command::find(body),
        on_pull_request: false,
    };
    if facts.is_answer(requester) {
        None
    } else if facts.author.is_machine() {
        Some("bot")
    } else if facts.command.is_some() {
        Some("command")
    } else {
        Some("stranger")
    }
}

fn person(factory: &Factory, comment: &Comment) -> Option<Person> {
    let login = Login::new(&comment.author).ok()?;
    let is_bot = login.as_str().ends_with("[bot]");
    let own = factory
        .bots
        .iter()
        .any(|bot| bot.eq_ignore_ascii_case(login.as_str()));
    // An association does not tell whether a member may push, and answering does not ask.
    let permission = match comment.association.to_ascii_uppercase().as_str() {
        "OWNER" => Permission::Admin,
        "MEMBER" | "COLLABORATOR" => Permission::Read,
        _ => Permission::None,
    };
    Some(Person {
        login,
        kind: if is_bot {
            AccountKind::Bot
        } else {
            AccountKind::User
        },
        own,
        permission,
    })
}

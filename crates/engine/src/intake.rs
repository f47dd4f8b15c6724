//! What the texts of a request come to, before anything outside of them is looked at.

use lightsout_forge::{Comment, Issue, Label};
use lightsout_lifecycle::{Filing, Intake};
use lightsout_taxonomy::{
    Classification, Factory, Fields, Question, Reply, RequestType, Slug, classify,
    questions_comment, read, types_table,
};

/// What the texts of a request come to.
pub(crate) enum Texts<'f> {
    /// They settle it already: no request, or not all of one.
    Settled(Intake),
    /// Every field is there; attachments and the base branch have not been looked at.
    Whole {
        kind: &'f RequestType,
        label: Label,
        fields: Fields,
    },
}

impl<'f> Texts<'f> {
    /// Reads the issue and the comments that answer for it.
    pub(crate) fn of(factory: &'f Factory, issue: &Issue, answers: &[&Comment]) -> Self {
        let labels = issue.labels.iter().map(Label::as_str);
        let kind = match classify(factory, labels) {
            Classification::NotARequest => return Self::Settled(Intake::NotARequest),
            Classification::Several(labels) => {
                let valid = types_table(factory);
                return Self::Settled(Intake::SeveralTypes { labels, valid });
            }
            Classification::Unknown(labels) => {
                let valid = types_table(factory);
                return Self::Settled(Intake::UnknownType { labels, valid });
            }
            Classification::Request(kind) => kind,
        };
        let Ok(label) = Label::new(&kind.label) else {
            return Self::Settled(Intake::NotARequest);
        };
        let replies: Vec<Reply> = answers
            .iter()
            .map(|comment| Reply {
                id: comment.id.0,
                author: comment.author.login.to_string(),
                body: comment.body.clone(),
            })
            .collect();
        let reading = read(factory, kind, &issue.title, &issue.body, &replies);
        if !reading.questions.is_empty() {
            return Self::Settled(incomplete(kind, label, &reading.questions));
        }
        Self::Whole {
            kind,
            label,
            fields: reading.fields,
        }
    }
}

/// A request that lacks something.
pub(crate) fn incomplete(kind: &RequestType, label: Label, questions: &[Question]) -> Intake {
    Intake::Incomplete {
        kind: label,
        fields: questions
            .iter()
            .map(|question| question.field.clone())
            .collect(),
        questions: questions_comment(kind, questions),
    }
}

/// What a request comes to by its texts alone, for whoever cannot see more: attachments count as good, names as free.
///
/// [`Engine`](crate::Engine) looks at the attachments and at the base branch besides.
pub fn intake_by_text(factory: &Factory, issue: &Issue, answers: &[&Comment]) -> Intake {
    match Texts::of(factory, issue, answers) {
        Texts::Settled(intake) => intake,
        Texts::Whole {
            kind,
            label,
            fields,
        } => {
            let text = kind.slug_text(&fields).unwrap_or(&issue.title);
            Intake::Complete {
                kind: label,
                slug: Slug::derive(text, |_| false).as_str().to_owned(),
            }
        }
    }
}

/// Whose requests a factory works on.
pub fn filing(factory: &Factory) -> Filing {
    match factory.filing {
        lightsout_taxonomy::Filing::Members => Filing::Members,
        lightsout_taxonomy::Filing::Anyone => Filing::Anyone,
    }
}

//! From the labels of an issue to the type of its request.

use crate::{Factory, RequestType};

/// The prefix that all content-type labels share.
const PREFIX: &str = "cms-";

/// Labels with the prefix that show a state and are no type.
const STATUS: &[&str] = &["cms-bot-waiting", "cms-approved"];

/// What the labels of an issue say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Classification<'f> {
    /// No label names a type: the issue is none of the factory's business.
    NotARequest,
    /// Exactly one label names a type.
    Request(&'f RequestType),
    /// Several labels name types; it is never guessed which was meant.
    Several(Vec<String>),
    /// Labels look like types and are none, whatever else is there.
    Unknown(Vec<String>),
}

/// Classifies an issue by its labels.
///
/// Labels are compared whole and without regard to case, never by prefix or part: that
/// `cms-faq` is a type says nothing about `cms-faq-old`.
pub fn classify<'f, 'l>(
    factory: &'f Factory,
    labels: impl IntoIterator<Item = &'l str>,
) -> Classification<'f> {
    let mut types: Vec<&RequestType> = Vec::new();
    let mut unknown = Vec::new();
    for label in labels {
        if let Some(kind) = factory.request_type(label) {
            if !types.iter().any(|known| known.label == kind.label) {
                types.push(kind);
            }
        } else if looks_like_a_type(label) && !unknown.iter().any(|known| known == label) {
            unknown.push(label.to_owned());
        }
    }
    if !unknown.is_empty() {
        return Classification::Unknown(unknown);
    }
    match types.as_slice() {
        [] => Classification::NotARequest,
        [kind] => Classification::Request(kind),
        several => Classification::Several(several.iter().map(|kind| kind.label.clone()).collect()),
    }
}

fn looks_like_a_type(label: &str) -> bool {
    let label = label.to_lowercase();
    label.starts_with(PREFIX) && !STATUS.contains(&label.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label_of(labels: &[&str]) -> Result<String, Classification<'static>> {
        let factory = Box::leak(Box::new(Factory::builtin()));
        match classify(factory, labels.iter().copied()) {
            Classification::Request(kind) => Ok(kind.label.clone()),
            other => Err(other),
        }
    }

    #[test]
    fn one_type_label_is_a_request() {
        assert_eq!(label_of(&["cms-faq", "bug"]).as_deref(), Ok("cms-faq"));
        assert_eq!(
            label_of(&["CMS-FAQ", "cms-faq", "cms-bot-waiting"]).as_deref(),
            Ok("cms-faq")
        );
        assert_eq!(
            label_of(&["cms-faq", "CMS-Approved"]).as_deref(),
            Ok("cms-faq")
        );
    }

    #[test]
    fn anything_else_is_not_guessed() {
        assert_eq!(label_of(&[]), Err(Classification::NotARequest));
        assert_eq!(
            label_of(&["bug", "cms", "xcms-faq"]),
            Err(Classification::NotARequest)
        );
        assert_eq!(
            label_of(&["cms-approved"]),
            Err(Classification::NotARequest)
        );
        let several = Classification::Several(vec!["cms-insight".into(), "cms-faq".into()]);
        assert_eq!(label_of(&["cms-insight", "cms-faq"]), Err(several));
        for label in ["cms-logo", "cms-faq-old", "cms-", "cms-approved-2"] {
            assert_eq!(
                label_of(&["cms-faq", label]),
                Err(Classification::Unknown(vec![label.into()]))
            );
        }
    }
}

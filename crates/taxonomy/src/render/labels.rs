//! The labels that types need.

use crate::{Factory, RequestType};

/// GitHub refuses longer descriptions.
const MAX_DESCRIPTION: usize = 100;

/// A label as a repository declares it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct LabelSpec {
    /// The name.
    pub name: String,
    /// Six hexadecimal digits, without `#`.
    pub color: String,
    /// At most 100 characters.
    pub description: String,
}

/// Returns the labels of the factory's types, in the order of the types.
///
/// The labels that show states are the forge's words and not among them.
pub fn type_labels(factory: &Factory) -> Vec<LabelSpec> {
    factory.types.iter().map(label).collect()
}

fn label(kind: &RequestType) -> LabelSpec {
    let about = if kind.description.is_empty() {
        &kind.title
    } else {
        &kind.description
    };
    LabelSpec {
        name: kind.label.clone(),
        color: kind.color.clone(),
        description: format!("Request: {about}")
            .chars()
            .take(MAX_DESCRIPTION)
            .collect(),
    }
}

//! What never changes in a world: the labels' names, and what the taxonomy makes of each set of them.

use lightsout_forge::Label;
use lightsout_lifecycle::Intake;
use lightsout_taxonomy::{Classification, Factory, classify};

use crate::world::{Labels, unreachable_name};

/// How many labels there are.
const LABELS: usize = 7;

/// The names, and the taxonomy's answers.
#[derive(Debug)]
pub(crate) struct Cast {
    labels: Vec<Label>,
    /// What each set of labels comes to when the request is complete.
    intakes: Vec<Intake>,
}

impl Cast {
    /// Asks the built-in taxonomy about every set of labels.
    pub(crate) fn new() -> Self {
        let factory = Factory::builtin();
        let name = |at: usize| factory.types.get(at).map_or("", |kind| kind.label.as_str());
        let named = |text: &str| Label::new(text).unwrap_or_else(|error| unreachable_name(&error));
        let labels = vec![
            named(name(3)),
            named(name(2)),
            named(&format!("{}-of-old", name(3))),
            named(&format!("was-{}-once", Label::waiting())),
            Label::waiting(),
            Label::approved(),
            Label::bot_generated(),
        ];
        let intakes = (0..1 << LABELS)
            .map(|bits| intake(&factory, &named_by(&labels, Labels(bits))))
            .collect();
        Self { labels, intakes }
    }

    pub(crate) fn label(&self, bit: u8) -> Label {
        self.labels[bit.trailing_zeros() as usize % LABELS].clone()
    }

    pub(crate) fn named(&self, labels: Labels) -> Vec<Label> {
        named_by(&self.labels, labels)
    }

    /// The bit of a label, if the world has it.
    pub(crate) fn bit(&self, wanted: &Label) -> Option<u8> {
        let at = self.labels.iter().position(|label| label == wanted)?;
        Some(1 << at)
    }

    /// What the taxonomy makes of the labels of a complete request.
    pub(crate) fn intake(&self, labels: Labels) -> Intake {
        self.intakes[labels.0 as usize % (1 << LABELS)].clone()
    }
}

fn named_by(all: &[Label], labels: Labels) -> Vec<Label> {
    let named = all.iter().enumerate();
    named
        .filter(|(at, _)| labels.has(1 << at))
        .map(|(_, label)| label.clone())
        .collect()
}

fn intake(factory: &Factory, labels: &[Label]) -> Intake {
    match classify(factory, labels.iter().map(Label::as_str)) {
        Classification::NotARequest => Intake::NotARequest,
        Classification::Several(labels) => Intake::SeveralTypes {
            labels,
            valid: String::new(),
        },
        Classification::Unknown(labels) => Intake::UnknownType {
            labels,
            valid: String::new(),
        },
        Classification::Request(kind) => Intake::Complete {
            kind: Label::new(&kind.label).unwrap_or_else(|error| unreachable_name(&error)),
            slug: "page".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_labels_are_told_apart_by_the_taxonomy() {
        let cast = Cast::new();
        let of = |bits| cast.intake(Labels(bits));
        assert_eq!(of(0), Intake::NotARequest);
        assert_eq!(of(Labels::DECOY | Labels::WAITING), Intake::NotARequest);
        assert!(matches!(of(Labels::FAQ), Intake::Complete { .. }));
        assert!(matches!(
            of(Labels::FAQ | Labels::INSIGHT),
            Intake::SeveralTypes { .. }
        ));
        assert!(matches!(
            of(Labels::FAQ | Labels::UNKNOWN),
            Intake::UnknownType { .. }
        ));
        assert_eq!(cast.bit(&Label::approved()), Some(Labels::APPROVED));
    }
}

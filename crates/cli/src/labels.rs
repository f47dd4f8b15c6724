//! `lightsout labels list`: what a repository needs.

use lightsout_forge::status_labels;
use lightsout_taxonomy::{LabelSpec, type_labels};
use serde::Serialize;

use crate::args::{Format, Labels, LabelsVerb};
use crate::failure::Done;
use crate::input::read_config;
use crate::output::{print, print_json, table};

#[derive(Serialize)]
struct Listed {
    labels: Vec<LabelSpec>,
}

pub(crate) fn run(args: &Labels) -> anyhow::Result<Done> {
    let LabelsVerb::List { declared, format } = &args.verb;
    let mut labels = type_labels(&read_config(declared.config.as_deref())?);
    labels.extend(status_labels().into_iter().map(|spec| LabelSpec {
        name: spec.label.to_string(),
        color: spec.color.to_owned(),
        description: spec.description.to_owned(),
    }));
    match format {
        Format::Json => print_json(&Listed { labels })?,
        Format::Text => {
            let rows: Vec<Vec<String>> = labels
                .into_iter()
                .map(|label| vec![label.name, label.color, label.description])
                .collect();
            print(&table(&["label", "colour", "description"], &rows))?;
        }
    }
    Ok(Done::Fine)
}

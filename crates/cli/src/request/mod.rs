//! `lightsout request`: the taxonomy, from what people write to what is asked.

mod check;
mod comments;
mod fields;

use lightsout_taxonomy::{Factory, RequestType, issue_form};

use crate::args::{Request, RequestVerb};
use crate::failure::{Done, Mendable};
use crate::input::read_config;
use crate::output::print;

pub(crate) fn run(args: &Request) -> anyhow::Result<Done> {
    match &args.verb {
        RequestVerb::Check(asked) => check::run(asked),
        RequestVerb::Form { label, declared } => {
            let factory = read_config(declared.config.as_deref())?;
            print(&issue_form(find(&factory, label)?))?;
            Ok(Done::Fine)
        }
        RequestVerb::Fields {
            label,
            declared,
            format,
        } => {
            let factory = read_config(declared.config.as_deref())?;
            fields::show(find(&factory, label)?, *format)?;
            Ok(Done::Fine)
        }
    }
}

fn find<'f>(factory: &'f Factory, label: &str) -> anyhow::Result<&'f RequestType> {
    factory.request_type(label).ok_or_else(|| {
        Mendable::error(
            format!("`{label}` is no content type"),
            format!("the content types are {}", names(factory)),
        )
    })
}

/// Lists the content types, for refusals.
fn names(factory: &Factory) -> String {
    let names = factory.types.iter().map(|kind| format!("`{}`", kind.label));
    names.collect::<Vec<_>>().join(", ")
}

//! The sections about what others do to the repository: workflows that fail, hosts that show previews.

use super::walk::Table;
use crate::factory::{HealSettings, PreviewSettings};

pub(crate) fn default_heal() -> HealSettings {
    HealSettings {
        workflows: vec!["CI".into()],
        per_pull: 3,
        per_failure: 2,
    }
}

pub(crate) fn default_preview() -> PreviewSettings {
    PreviewSettings {
        creators: vec!["vercel[bot]".into()],
        hosts: vec!["vercel.app".into()],
    }
}

pub(super) fn heal(mut table: Table<'_>) -> HealSettings {
    let default = default_heal();
    let workflows = strings(&mut table, "workflows").unwrap_or(default.workflows);
    let per_pull = count(&mut table, "per_pull").unwrap_or(default.per_pull);
    let per_failure = count(&mut table, "per_failure").unwrap_or(default.per_failure);
    table.finish();
    HealSettings {
        workflows,
        per_pull,
        per_failure,
    }
}

pub(super) fn preview(mut table: Table<'_>) -> PreviewSettings {
    let default = default_preview();
    let creators = strings(&mut table, "creators").unwrap_or(default.creators);
    let hosts = domains(&mut table).unwrap_or(default.hosts);
    table.finish();
    PreviewSettings { creators, hosts }
}

fn strings(table: &mut Table<'_>, key: &'static str) -> Option<Vec<String>> {
    let strings = table.strings(key)?;
    Some(strings.into_iter().map(|string| string.value).collect())
}

/// None at all is a number too: then nothing is mended.
fn count(table: &mut Table<'_>, key: &'static str) -> Option<u32> {
    let count = table.integer(key, 0..101)?;
    u32::try_from(count.value).ok()
}

fn domains(table: &mut Table<'_>) -> Option<Vec<String>> {
    let hosts = table.strings("hosts")?;
    let report = table.report();
    let plain = |host: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
        host.contains('.') && host.bytes().all(fits) && !host.starts_with('.')
    };
    let mut domains = Vec::new();
    for host in hosts {
        if plain(&host.value) {
            domains.push(host.value);
        } else {
            let message = format!("`{}` is not a domain", host.value);
            let hint = "write it without `https://`, path or port, such as `vercel.app`".to_owned();
            report.complain(&host.span, message, Some(hint));
        }
    }
    Some(domains)
}

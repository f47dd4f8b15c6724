//! Changing a profile that is there: only the given fields, and the rest stays as it is.

use std::fmt::Write as _;

use lightsout_content::{Page, clean_line, to_mdx_inline};
use lightsout_taxonomy::{Pair, Slug};

use super::{Plan, TemplateError, Work, code, pages};
use crate::Request;
use crate::tree::Tree;

/// Where profiles lie.
const FOLDER: &str = "content/spotlights";
/// More profiles than these are not listed in a question.
const MOST_LISTED: usize = 40;

/// Plans the change of a profile.
pub(super) fn edit(request: &Request, tree: Tree<'_>) -> Result<Plan, TemplateError> {
    let wanted = request.fields.text("profile").unwrap_or_default();
    let Some(path) = find(request, wanted, tree)? else {
        return not_found(wanted, tree);
    };
    let Some(text) = tree.read(&path)? else {
        return not_found(wanted, tree);
    };
    let mut page = match Page::parse(&text) {
        Ok(page) => page,
        Err(error) => {
            return Ok(Plan::Ask(format!(
                "The front matter of {} cannot be read ({}), so I cannot change a part of it. \
                 Please ask a developer to mend the page first.",
                code(&path),
                code(&error.to_string())
            )));
        }
    };
    let mut changed: Vec<String> = Vec::new();
    for key in ["name", "role", "team", "quote"] {
        if let Some(value) = request.fields.text(key) {
            page.front.set(key, clean_line(value));
            changed.push(key.to_owned());
        }
    }
    let name = page.front.text("name").unwrap_or_default().to_owned();
    let media = pages::picture(&mut page, request, &format!("Portrait of {name}"));
    changed.extend(media.as_ref().map(|_| "photo".to_owned()));
    for pair in request.fields.pairs("qa").unwrap_or_default() {
        page.body = answer(&page.body, pair);
        changed.push("an answer".to_owned());
    }
    if changed.is_empty() {
        return Ok(Plan::Ask(format!(
            "What should change in {}? No new value is given.",
            code(&path)
        )));
    }
    let slug = slug_of(&path);
    Ok(Plan::Write(Work {
        text: page.render(),
        commit: format!(
            "content(spotlight): change {} of {slug}",
            changed.join(", ")
        ),
        said: format!(
            "I changed {} in {} and left the rest as it was.",
            changed.join(", "),
            code(&path)
        ),
        path,
        media,
    }))
}

/// Finds the profile that a slug, a path or a name means; `None` unless it is exactly one.
fn find(request: &Request, wanted: &str, tree: Tree<'_>) -> Result<Option<String>, TemplateError> {
    let files = tree.list(FOLDER)?;
    let has = |name: &str| files.iter().any(|file| file == name);
    let plain = clean_line(wanted);
    let plain = plain.trim_matches(['`', '"', '\'', '<', '>']);
    let file = plain.rsplit('/').next().unwrap_or(plain);
    let derived = Slug::derive(plain, |_| false);
    let candidates = [
        file.to_owned(),
        format!("{file}.mdx"),
        format!("{}.mdx", request.slug),
        format!("{derived}.mdx"),
    ];
    if let Some(name) = candidates.iter().find(|name| is_page(name) && has(name)) {
        return Ok(Some(format!("{FOLDER}/{name}")));
    }
    let mut named = Vec::new();
    for file in files.iter().filter(|file| is_page(file)) {
        let path = format!("{FOLDER}/{file}");
        let page = tree.read(&path)?.and_then(|text| Page::parse(&text).ok());
        let name = page.and_then(|page| page.front.text("name").map(str::to_lowercase));
        if name.as_deref() == Some(plain.to_lowercase().as_str()) {
            named.push(path);
        }
    }
    Ok(if named.len() == 1 { named.pop() } else { None })
}

/// Whether a file is a profile by its name.
fn is_page(file: &str) -> bool {
    file.strip_suffix(".mdx")
        .is_some_and(|slug| !slug.is_empty())
}

fn not_found(wanted: &str, tree: Tree<'_>) -> Result<Plan, TemplateError> {
    let files = tree.list(FOLDER)?;
    let slugs: Vec<&str> = files
        .iter()
        .filter_map(|file| file.strip_suffix(".mdx"))
        .collect();
    let mut question = format!(
        "Which profile do you mean? I find none for {}.",
        code(wanted)
    );
    if slugs.is_empty() {
        question.push_str(" There are no profiles yet.");
    } else {
        question.push_str(" These are there:\n");
        for slug in slugs.iter().take(MOST_LISTED) {
            // Writing to a string cannot fail.
            let _ = write!(question, "\n- {}", code(slug));
        }
        if slugs.len() > MOST_LISTED {
            let _ = write!(question, "\n- and {} more", slugs.len() - MOST_LISTED);
        }
    }
    Ok(Plan::Ask(question))
}

fn slug_of(path: &str) -> &str {
    path.rsplit('/')
        .next()
        .unwrap_or(path)
        .trim_end_matches(".mdx")
}

/// Puts an answer below its question, in the place of the old one if the question is there.
fn answer(body: &str, pair: &Pair) -> String {
    let new = pages::pair(pair);
    let question = to_mdx_inline(&pair.question).to_lowercase();
    let sections = sections(body);
    let mut texts: Vec<&str> = sections
        .iter()
        .map(|section| section.text.trim_end())
        .collect();
    let known = sections.iter().position(|section| {
        section
            .question
            .is_some_and(|heading| heading.trim().to_lowercase() == question)
    });
    match known {
        Some(index) => texts[index] = new.trim_end(),
        None => texts.push(new.trim_end()),
    }
    texts.retain(|text| !text.is_empty());
    texts.join("\n\n") + "\n"
}

/// A part of a body: a heading of the second level and what stands below it.
struct Section<'a> {
    question: Option<&'a str>,
    text: &'a str,
}

/// Cuts a body at its headings of the second level, wherever they are not inside a code block.
fn sections(body: &str) -> Vec<Section<'_>> {
    let mut starts = vec![(0, None)];
    let mut offset = 0;
    let mut fence: Option<&str> = None;
    for line in body.split_inclusive('\n') {
        let trimmed = line.trim();
        match fence {
            Some(open)
                if trimmed.starts_with(open) && trimmed.trim_matches(['`', '~']).is_empty() =>
            {
                fence = None;
            }
            Some(_) => {}
            None if trimmed.starts_with("```") => fence = Some("```"),
            None if trimmed.starts_with("~~~") => fence = Some("~~~"),
            None => {
                if let Some(question) = line.strip_prefix("## ") {
                    starts.push((offset, Some(question.trim())));
                }
            }
        }
        offset += line.len();
    }
    let ends = starts
        .iter()
        .skip(1)
        .map(|(start, _)| *start)
        .chain([body.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|((start, question), end)| Section {
            question: *question,
            text: &body[*start..end],
        })
        .collect()
}

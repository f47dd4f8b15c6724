//! The four pages that the agent writes from a request's fields.

use lightsout_content::{Page, clean_line, to_mdx, to_mdx_below, to_mdx_inline};
use lightsout_taxonomy::Pair;

use super::{Plan, Work, code};
use crate::{MediaRequest, Request};

/// Writes an employee's profile.
pub(super) fn spotlight(request: &Request) -> Plan {
    let mut page = Page::default();
    page.front.set("type", request.kind.as_str());
    lines(&mut page, request, &["name", "role", "team", "quote"]);
    let name = clean_line(request.fields.text("name").unwrap_or_default());
    let media = picture(&mut page, request, &format!("Portrait of {name}"));
    page.body = pairs(request.fields.pairs("qa").unwrap_or_default());
    new_page(request, &page, "spotlight", media)
}

/// Writes an article.
pub(super) fn insight(request: &Request) -> Plan {
    let mut page = Page::default();
    page.front.set("type", request.kind.as_str());
    lines(&mut page, request, &["title", "author", "authorRole"]);
    let title = clean_line(request.fields.text("title").unwrap_or(&request.title));
    let media = picture(&mut page, request, &format!("Title card: {title}"));
    page.body = to_mdx(request.fields.text("body").unwrap_or_default());
    new_page(request, &page, "insight", media)
}

/// Writes a question with its answer.
pub(super) fn faq(request: &Request) -> Plan {
    let mut page = Page::default();
    page.front.set("type", request.kind.as_str());
    lines(&mut page, request, &["question"]);
    page.body = to_mdx(request.fields.text("answer").unwrap_or_default());
    new_page(request, &page, "faq", None)
}

/// Writes an office's page.
pub(super) fn location(request: &Request) -> Plan {
    let mut page = Page::default();
    page.front.set("type", request.kind.as_str());
    lines(&mut page, request, &["city", "region", "timezone"]);
    for key in ["functions", "highlights"] {
        let items = request.fields.list(key).unwrap_or_default();
        page.front.set(
            key,
            items
                .iter()
                .map(|item| clean_line(item))
                .collect::<Vec<_>>(),
        );
    }
    let city = clean_line(request.fields.text("city").unwrap_or_default());
    let media = picture(&mut page, request, &format!("Our office in {city}"));
    page.body = to_mdx(request.fields.text("intro").unwrap_or_default());
    new_page(request, &page, "location", media)
}

/// Puts one-line fields into the front matter, in the order of the page.
fn lines(page: &mut Page, request: &Request, keys: &[&str]) {
    for key in keys {
        if let Some(text) = request.fields.text(key) {
            page.front.set(key, clean_line(text));
        }
    }
}

/// Names the picture in the front matter if the request has one, and describes it for whoever makes it.
pub(super) fn picture(page: &mut Page, request: &Request, otherwise: &str) -> Option<MediaRequest> {
    let media = request.media.as_ref()?;
    let attached = request
        .fields
        .iter()
        .find_map(|(key, _)| request.fields.image(key));
    let alt = attached
        .map(|image| clean_line(&image.alt))
        .filter(|alt| is_description(alt));
    let alt = alt.unwrap_or_else(|| otherwise.to_owned());
    page.front.set(
        "image",
        format!(
            "/{}",
            media.path.strip_prefix("public/").unwrap_or(&media.path)
        ),
    );
    page.front.set("imageAlt", alt.as_str());
    let prompt = format!("{otherwise}. {}", clean_line(&request.title));
    Some(MediaRequest {
        kind: media.kind,
        slug: request.slug.clone(),
        prompt,
        alt,
    })
}

/// Whether a picture's alternative text describes it; forges put file names and the word "image" there.
fn is_description(alt: &str) -> bool {
    let is_file = [".jpg", ".jpeg", ".png", ".webp", ".heic"]
        .iter()
        .any(|end| alt.to_ascii_lowercase().ends_with(end));
    alt.split_whitespace().count() > 1 && !is_file
}

/// Writes questions as headings with their answers below.
pub(super) fn pairs(pairs: &[Pair]) -> String {
    pairs.iter().map(pair).collect::<Vec<_>>().join("\n")
}

/// Writes one question with its answer.
pub(super) fn pair(pair: &Pair) -> String {
    let answer = to_mdx_below(&pair.answer, 2);
    format!("## {}\n\n{answer}", to_mdx_inline(&pair.question))
}

fn new_page(request: &Request, page: &Page, area: &str, media: Option<MediaRequest>) -> Plan {
    let Some(path) = request.page.clone() else {
        return Plan::Ask(format!(
            "The type {} names no page to write, so the template agent cannot. Give it a `page` in `factory.toml`.",
            code(&request.kind)
        ));
    };
    let with_picture = match &request.media {
        Some(media) => format!(", with the picture {}", code(&media.path)),
        None => String::new(),
    };
    Plan::Write(Work {
        text: page.render(),
        commit: format!("content({area}): add {}", request.slug),
        said: format!(
            "I wrote {} from the fields of the request{with_picture}.",
            code(&path)
        ),
        path,
        media,
    })
}

//! The example site and the example requests, as they lie in the repository, inside the binary.

use std::path::Path;

use anyhow::Context as _;
use include_dir::{Dir, include_dir};
use lightsout_content::{FrontValue, Page};

static SITE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../examples/careers-site");
static REQUESTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../examples/requests");
static PHOTOS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../examples/photos");

/// Every file of the example site, by path.
pub(crate) fn site() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![&SITE];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        files.extend(folder.files().map(|file| {
            (
                file.path().to_string_lossy().into_owned(),
                file.contents().to_vec(),
            )
        }));
    }
    files.sort();
    files
}

/// An example request, or an answer to a question about one.
#[derive(Debug)]
pub(crate) struct Example {
    /// The file's name without its ending, such as `05-faq`.
    pub(crate) name: String,
    /// The title; empty for an answer.
    pub(crate) title: String,
    /// The labels.
    pub(crate) labels: Vec<String>,
    /// Who writes it.
    pub(crate) by: String,
    /// The picture that goes with it: its name and bytes.
    pub(crate) photo: Option<(String, &'static [u8])>,
    /// The text; `{photo}` stands where the picture's link goes.
    pub(crate) body: String,
}

/// Every example request, in the order of their names, without the answers.
pub(crate) fn requests() -> anyhow::Result<Vec<Example>> {
    let mut names: Vec<&str> = REQUESTS
        .files()
        .filter_map(|file| file.path().to_str()?.strip_suffix(".md"))
        .filter(|name| *name != "README" && !name.ends_with(".answer"))
        .collect();
    names.sort_unstable();
    names.into_iter().map(example).collect()
}

/// One example by its name.
pub(crate) fn example(name: &str) -> anyhow::Result<Example> {
    let file = REQUESTS
        .get_file(format!("{name}.md"))
        .with_context(|| format!("there is no example `{name}`"))?;
    let text = file.contents_utf8().unwrap_or_default();
    let page = Page::parse(text).with_context(|| format!("reading the example `{name}`"))?;
    let photo = match page.front.text("photo") {
        None => None,
        Some(path) => {
            let file_name = Path::new(path).file_name().unwrap_or_default();
            let photo = PHOTOS
                .get_file(file_name)
                .with_context(|| format!("there is no example photograph `{path}`"))?;
            Some((file_name.to_string_lossy().into_owned(), photo.contents()))
        }
    };
    Ok(Example {
        name: name.to_owned(),
        title: page.front.text("title").unwrap_or_default().to_owned(),
        labels: match page.front.get("labels") {
            Some(FrontValue::List(labels)) => labels.clone(),
            Some(FrontValue::Text(label)) => vec![label.clone()],
            None => Vec::new(),
        },
        by: page.front.text("by").unwrap_or_default().to_owned(),
        photo,
        body: page.body,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_reads() {
        let requests = requests().unwrap();
        assert!(requests.len() >= 8);
        for request in &requests {
            assert!(
                !request.title.is_empty() && !request.by.is_empty(),
                "{}",
                request.name
            );
            assert_eq!(
                request.photo.is_some(),
                request.body.contains("{photo}"),
                "{}",
                request.name
            );
        }
        assert!(site().iter().any(|(path, _)| path == "factory.toml"));
    }
}

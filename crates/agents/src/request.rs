//! What an agent is given, and what it may ask for, as data.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use lightsout_taxonomy::{Fields, MediaKind, Slug};
use serde::{Deserialize, Serialize};

/// The largest `media.json`, in bytes.
const MAX_FILE: u64 = 64 * 1024;
/// The most pictures one run may ask for.
const MAX_PICTURES: usize = 4;
/// The longest prompt or description, in characters.
const MAX_TEXT: usize = 4_000;

/// The request of a run: the contents of the file that `LIGHTSOUT_REQUEST` names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The issue's number.
    pub issue: u64,
    /// The content type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The issue's title, as typed.
    pub title: String,
    /// The name of the page in paths.
    pub slug: String,
    /// The page to write; nothing when the request names its file itself.
    pub page: Option<String>,
    /// What the person gave, by field.
    pub fields: Fields,
    /// The picture that will be made for it.
    pub media: Option<RequestMedia>,
    /// Globs of the paths that may be changed.
    pub lane: Vec<String>,
    /// Who filed it.
    pub requester: String,
}

/// The picture of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestMedia {
    /// What kind of picture.
    pub kind: MediaKind,
    /// Where it will lie in the repository.
    pub path: String,
}

/// A picture that an agent asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MediaRequest {
    /// What kind of picture.
    pub kind: MediaKind,
    /// The name of the page it belongs to.
    pub slug: String,
    /// What it should show.
    pub prompt: String,
    /// The same for people who cannot see it.
    pub alt: String,
}

/// Why a `media.json` is not believed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MediaRequestError {
    /// It cannot be read.
    #[error("the media requests cannot be read")]
    Read(#[from] std::io::Error),
    /// It is larger than it may be.
    #[error("the media requests have over {MAX_FILE} bytes")]
    TooLarge,
    /// It is not what it should be.
    #[error("the media requests are not a list of `kind`, `slug`, `prompt` and `alt`: {0}")]
    Shape(#[from] serde_json::Error),
    /// It asks for too many pictures.
    #[error("{0} pictures are asked for, {MAX_PICTURES} at most may be")]
    TooMany(usize),
    /// A text is too long or a slug is none.
    #[error("media request {index}: {why}")]
    Value {
        /// Which one, from 0.
        index: usize,
        /// What is wrong.
        why: String,
    },
}

/// Reads what an agent asks for; a file that is not there asks for nothing. The file is hostile until it has been read.
///
/// # Errors
/// When it is not exactly what it should be.
pub fn read_media_requests(path: &Path) -> Result<Vec<MediaRequest>, MediaRequestError> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
        Ok(meta) if !meta.is_file() => {
            return Err(std::io::Error::other("it is no ordinary file").into());
        }
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_FILE + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(MediaRequestError::TooLarge);
    }
    let requests: Vec<MediaRequest> = serde_json::from_slice(&bytes)?;
    if requests.len() > MAX_PICTURES {
        return Err(MediaRequestError::TooMany(requests.len()));
    }
    for (index, request) in requests.iter().enumerate() {
        let value = |why: String| MediaRequestError::Value { index, why };
        Slug::new(&request.slug).map_err(|error| value(error.to_string()))?;
        let longest = request
            .prompt
            .chars()
            .count()
            .max(request.alt.chars().count());
        if longest > MAX_TEXT {
            return Err(value(format!("a text has over {MAX_TEXT} characters")));
        }
    }
    Ok(requests)
}

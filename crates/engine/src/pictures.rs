//! Pictures that trusted code makes after the agent has ended: the agent never touches their bytes.

use std::fs;
use std::path::Path;

use lightsout_agents::Request;
use lightsout_lifecycle::PictureNote;
use lightsout_media::{
    Card, Limits, PHOTO_WIDTH, Photo, Picture, header_card, headshot, photo, write_contained,
};
use lightsout_taxonomy::MediaKind;

use crate::bench::Bench;
use crate::commission::attached_links;
use crate::workshop::Workshop;
use crate::{Commission, EngineError};

/// The largest attachment that is read at all, in bytes.
pub(crate) const MAX_PHOTO_BYTES: u64 = 10 << 20;

/// Says what is wrong with a photograph, in a sentence for the person who sent it.
pub(crate) fn complaint(bytes: &[u8]) -> Option<String> {
    Photo::check(bytes, &Limits::default())
        .err()
        .map(|error| sentence(&error.to_string()))
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    format!("{first}{}.", chars.as_str().trim_end_matches('.'))
}

/// A commit with its pictures, or why there is none.
pub(crate) enum Illustrated {
    /// The commit, and a note on each picture.
    Done {
        head: String,
        pictures: Vec<PictureNote>,
    },
    /// What was attached cannot become the picture.
    Refused {
        /// Why, and what would help.
        why: String,
    },
}

impl Illustrated {
    /// A commit that gets no picture.
    pub(crate) fn as_it_is(head: &str) -> Self {
        Self::Done {
            head: head.to_owned(),
            pictures: Vec::new(),
        }
    }
}

impl Bench<'_> {
    /// Makes the pictures of a run and commits them on top of the agent's commit.
    ///
    /// Photographs lie beside the commission, in the folder `run`; `desk` is a folder to work in.
    pub(crate) fn illustrate(
        &self,
        commission: &Commission,
        run: &Path,
        desk: &Path,
        head: &str,
    ) -> Result<Illustrated, EngineError> {
        let request = commission.request.as_ref();
        let Some((request, media)) = request.and_then(|one| Some((one, one.media.as_ref()?)))
        else {
            return Ok(Illustrated::as_it_is(head));
        };
        let drawn = match media.kind {
            MediaKind::Header => card(commission, request),
            MediaKind::Headshot | MediaKind::Photo => {
                let Some(url) = attached_links(request).next() else {
                    return Ok(refused("no photograph is attached"));
                };
                match commission.attachment(run, url) {
                    Some(bytes) => develop(media.kind, &bytes),
                    None => return Ok(refused("the photograph could not be fetched")),
                }
            }
        };
        let picture = match drawn {
            Ok(picture) => picture,
            Err(why) => return Ok(refused(&why)),
        };
        let note = PictureNote {
            path: media.path.clone(),
            note: note(media.kind, &picture),
        };
        self.hang(commission, desk, head, note, &picture)
    }

    /// Writes a picture into a checkout of the agent's commit and commits it.
    fn hang(
        &self,
        commission: &Commission,
        desk: &Path,
        head: &str,
        note: PictureNote,
        picture: &Picture,
    ) -> Result<Illustrated, EngineError> {
        let path = note.path.as_str();
        let into = desk.join("broker");
        if into.exists() {
            fs::remove_dir_all(&into).map_err(EngineError::disk("clearing", &into))?;
            self.workshop.repo.worktree_prune()?;
        }
        let tree = self.workshop.repo.worktree_add(&into, head)?;
        if let Err(error) = write_contained(tree.path(), path, &picture.png) {
            return Ok(refused(&error.to_string()));
        }
        let author = Workshop::signature(commission.started.timestamp());
        let message = format!("media: add {path}");
        let head = tree.commit_all(&message, &author)?;
        tree.remove()?;
        Ok(Illustrated::Done {
            head,
            pictures: vec![note],
        })
    }
}

fn refused(why: &str) -> Illustrated {
    Illustrated::Refused { why: sentence(why) }
}

fn card(commission: &Commission, request: &Request) -> Result<Picture, String> {
    let card = Card {
        title: request.fields.text("title").unwrap_or(&request.title),
        kicker: request.fields.text("author").unwrap_or_default(),
        site: &commission.site,
        seed: &request.slug,
    };
    header_card(&card).map_err(|error| error.to_string())
}

fn develop(kind: MediaKind, bytes: &[u8]) -> Result<Picture, String> {
    let checked = Photo::check(bytes, &Limits::default()).map_err(|error| error.to_string())?;
    match kind {
        MediaKind::Headshot => headshot(&checked),
        MediaKind::Photo | MediaKind::Header => photo(&checked, PHOTO_WIDTH),
    }
    .map_err(|error| error.to_string())
}

/// Says where a picture comes from: nobody shall take a card for a photograph, or a crop for a portrait session.
fn note(kind: MediaKind, picture: &Picture) -> String {
    let mut parts = vec![format!("{}×{} PNG", picture.width, picture.height)];
    match kind {
        MediaKind::Headshot | MediaKind::Photo => {
            parts.push("the attached photograph itself, upright, without its metadata".to_owned());
        }
        // A card says itself what it is.
        MediaKind::Header => {}
    }
    parts.extend(picture.notes.iter().cloned());
    parts.join("; ")
}

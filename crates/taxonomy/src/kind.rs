//! Types of requests, as `factory.toml` declares them.

use crate::{Field, Fields, Value};

/// Whether a type makes a page or changes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Makes a page that was not there.
    Add,
    /// Changes a page that is there.
    Edit,
}

impl Verb {
    /// Returns the word that `factory.toml` uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Edit => "edit",
        }
    }
}

/// What a picture of a page is for, which decides how it is made and its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// A portrait made from an attached photograph.
    Headshot,
    /// A header made for an article.
    Header,
    /// An attached photograph as it is.
    Photo,
}

impl MediaKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Headshot, Self::Header, Self::Photo];

    /// Returns the word that `factory.toml` and media requests use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Headshot => "headshot",
            Self::Header => "header",
            Self::Photo => "photo",
        }
    }
}

/// The picture that belongs to a page of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// What it is for.
    pub kind: MediaKind,
    /// Its path in the repository, with `{slug}` for the page's slug.
    pub path: String,
    /// The image field it is made from; without a value for it there is no picture.
    pub from: Option<String>,
}

/// A skill the agent works through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skill {
    /// Its name.
    pub name: String,
    /// The field that must have a value for the skill to apply.
    pub when: Option<String>,
}

/// One type of request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestType {
    /// The label that makes an issue a request of this type.
    pub label: String,
    /// What people call it.
    pub title: String,
    /// One sentence for forms and tables.
    pub description: String,
    /// The colour of the label, six hexadecimal digits.
    pub color: String,
    /// Whether it makes a page or changes one.
    pub verb: Verb,
    /// What it asks for, in the order of its form.
    pub fields: Vec<Field>,
    /// Skills in the order in which they apply.
    pub skills: Vec<Skill>,
    /// Globs of the paths a change may touch; `{key}` stands for the value of a path field.
    ///
    /// [`Factory::lane_for`](crate::Factory::lane_for) makes the lane of one request of them.
    pub lane: Vec<String>,
    /// The path of the page, with `{slug}`; `None` when the request names its file itself.
    pub page: Option<String>,
    /// The field that the slug is derived from.
    pub slug_from: Option<String>,
    /// The field that becomes the body of the page.
    pub body: Option<String>,
    /// The page's picture.
    pub media: Option<Media>,
    /// Whether every field but the required ones may be left out.
    pub partial: bool,
    /// How many fields besides the required ones must have a value.
    pub min_changes: usize,
}

impl RequestType {
    /// Returns a field by its key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// Returns the text that the slug of a request is derived from.
    pub fn slug_text<'f>(&self, fields: &'f Fields) -> Option<&'f str> {
        fields.text(self.slug_from.as_deref()?)
    }

    /// Returns the path of the page with this slug.
    pub fn page_for(&self, slug: &crate::Slug) -> Option<String> {
        Some(self.page.as_deref()?.replace("{slug}", slug.as_str()))
    }

    /// Returns the picture that this request calls for.
    pub fn media_for(&self, fields: &Fields) -> Option<&Media> {
        let media = self.media.as_ref()?;
        let wanted = media.from.as_deref().is_none_or(|key| fields.contains(key));
        wanted.then_some(media)
    }

    /// Returns the skills that apply to this request, in order.
    pub fn skills_for<'s>(&'s self, fields: &Fields) -> Vec<&'s str> {
        let applies = |skill: &&Skill| skill.when.as_deref().is_none_or(|key| fields.contains(key));
        self.skills
            .iter()
            .filter(applies)
            .map(|skill| skill.name.as_str())
            .collect()
    }

    /// Counts the fields of a request that say what to change, which are all but the required ones.
    pub fn changes(&self, fields: &Fields) -> usize {
        let optional = self.fields.iter().filter(|field| !field.required);
        optional
            .filter(|field| {
                fields
                    .get(&field.key)
                    .is_some_and(|value| !Value::is_empty(value))
            })
            .count()
    }
}

impl Media {
    /// Returns the path of the picture of the page with this slug.
    pub fn path_for(&self, slug: &crate::Slug) -> String {
        self.path.replace("{slug}", slug.as_str())
    }
}

//! What a request is: types, fields, lanes, and reading one from what people write.

mod classify;
mod config;
mod factory;
mod field;
mod kind;
mod lane;
mod slug;
mod value;

pub use classify::{Classification, classify};
pub use config::ConfigError;
pub use factory::{
    AgentKind, AgentSettings, Budget, DEFAULT_TOML, Factory, Filing, GateSettings, Limits,
};
pub use field::{Field, FieldKind, FieldLimits, QualityGate};
pub use kind::{Media, MediaKind, RequestType, Skill, Verb};
pub use lane::{Lane, is_repository_path};
pub use slug::{MAX_SLUG, Slug, SlugError};
pub use value::{Fields, Image, Pair, Value};

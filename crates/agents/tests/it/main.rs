//! Real processes: how they are contained, and what the template agent does in a real clone.

mod environment;
mod media;
mod process;
mod site;
mod template;

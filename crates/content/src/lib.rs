//! What is published: pages of front matter and MDX, written safely and checked.
//!
//! A [`Page`] is front matter (strings and lists of strings) and a body. What people wrote becomes a body through
//! [`to_mdx`] and a line of one through [`to_mdx_inline`]: whatever the text says, the result holds no expression,
//! import, JSX or HTML, and shows the same words. [`check_page`] is the other side: it says what is wrong with a
//! page that anybody or anything wrote.
//!
//! ```
//! use lightsout_content::{Page, to_mdx};
//!
//! let mut page = Page::default();
//! page.front.set("question", "Do you {really} mean it?");
//! page.body = to_mdx("Yes, <b>we</b> do.\n\nimport x from 'y'");
//! assert_eq!(
//!     page.render(),
//!     "---\nquestion: \"Do you \\u007Breally\\u007D mean it?\"\n---\n\n\
//!      Yes, \\<b\\>we\\</b\\> do.\n\n&#105;mport x from 'y'\n"
//! );
//! ```
//!
//! **Architecture invariant:** nothing here reads a file or knows a process; whether a picture is there is asked
//! through a function that the caller gives.

mod check;
mod clean;
mod edit;
mod escape;
mod front;
mod inline;
mod mdx;
mod nesting;
mod page;
mod prose;
mod target;
mod tree;

pub use check::{Problem, check_page};
pub use clean::{clean, clean_line};
pub use edit::{EditError, replace_words};
pub use front::{Front, FrontValue};
pub use page::{Page, PageError};
pub use prose::{to_mdx, to_mdx_below, to_mdx_inline};

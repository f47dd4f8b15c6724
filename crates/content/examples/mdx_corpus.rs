//! Writes pages made of hostile and random texts into a folder, for a run of the official MDX compiler over them.
//!
//! `cargo run -p lightsout-content --example mdx_corpus -- FOLDER`
//!
//! The same pages every time: the random texts come from a fixed seed.

use std::path::Path;
use std::{env, fs, io};

use lightsout_content::{Page, to_mdx, to_mdx_inline};

#[path = "../tests/it/corpus.rs"]
mod corpus;

/// How many pages of random text are written besides the hostile ones.
const RANDOM_PAGES: usize = 400;

fn main() -> io::Result<()> {
    let folder = env::args_os()
        .nth(1)
        .ok_or_else(|| io::Error::other("usage: mdx_corpus FOLDER"))?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    // Every third keeps the official compiler's run within seconds; the tests take them all.
    let mut texts: Vec<String> = corpus::hostile().into_iter().step_by(3).collect();
    let mut random = Random(0x5EED_0F11_6875_0075);
    texts.extend((0..RANDOM_PAGES).map(|_| random.text()));
    for (number, text) in texts.iter().enumerate() {
        fs::write(folder.join(format!("page-{number:04}.mdx")), page(text))?;
    }
    Ok(())
}

/// Puts a text everywhere a page can hold one.
fn page(text: &str) -> String {
    let mut page = Page {
        body: format!("## {}\n\n{}", to_mdx_inline(text), to_mdx(text)),
        ..Page::default()
    };
    page.front.set("type", "cms-faq");
    page.front.set("question", text);
    page.front
        .set("highlights", vec![text.to_owned(), String::new()]);
    page.render()
}

/// A small generator (xorshift64*); nothing here needs a good one.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number).unwrap_or(0) % bound.max(1)
    }

    fn text(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..=self.below(12) {
            match self.below(4) {
                0 => text.push_str(corpus::HOSTILE[self.below(corpus::HOSTILE.len())]),
                1 => text.push_str(
                    ["\n", "\n\n", " ", "\n- ", "\n> ", "\n  ", "**", "*"][self.below(8)],
                ),
                2 => (0..self.below(9)).for_each(|_| text.push(self.character())),
                _ => text.push_str(["word", "import ", "export ", "café", "12. "][self.below(5)]),
            }
        }
        text
    }

    /// Returns any character, mostly one that Markdown or MDX acts on.
    fn character(&mut self) -> char {
        let acting = b"{}<>\\*_`[]()!#&=+-.:|~ \t\n/'\";@$%^";
        if self.below(4) > 0 {
            return char::from(acting[self.below(acting.len())]);
        }
        u32::try_from(self.below(0x11_0000))
            .ok()
            .and_then(char::from_u32)
            .unwrap_or('\u{FFFD}')
    }
}

//! The words of a text and where they stand.

use crate::mask::{BLANK, Mask};

/// One word.
pub(super) struct Token {
    pub(super) start: usize,
    pub(super) end: usize,
    /// In lower case, with straight apostrophes.
    pub(super) word: String,
    /// What stands between this word and the next.
    pub(super) after: String,
}

impl Token {
    /// Says whether a sentence ends behind the word.
    pub(super) fn ends_sentence(&self) -> bool {
        self.after.contains(['.', '!', '?', '…', '。'])
            || self.after.contains('\n') && self.after.contains(['-', '#'])
    }
}

/// Returns the words of each paragraph; code and blanked text hold none, and addresses are left out.
pub(super) fn paragraphs(mask: &Mask) -> Vec<Vec<Token>> {
    let mut paragraphs = vec![Vec::new()];
    for line in mask.lines() {
        let text = mask.slice(line.start, line.end);
        let blank = text.chars().all(|c| c == BLANK || c.is_whitespace());
        if line.code || blank {
            paragraphs.push(Vec::new());
        } else if let Some(paragraph) = paragraphs.last_mut() {
            if let Some(last) = paragraph.last_mut() {
                let last: &mut Token = last;
                last.after.push('\n');
            }
            words(text, line.start, paragraph);
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}

fn words(line: &str, offset: usize, words: &mut Vec<Token>) {
    let mut rest = 0;
    for chunk in line.split(|c: char| c.is_whitespace() || c == BLANK) {
        let place = rest;
        rest += chunk.len()
            + line[rest + chunk.len()..]
                .chars()
                .next()
                .map_or(0, char::len_utf8);
        let address = chunk.contains("://") || chunk.contains("](") || chunk.starts_with("www.");
        if !address {
            split(chunk, offset + place, words);
        }
        if let Some(last) = words.last_mut() {
            last.after.push(' ');
        }
    }
}

/// Splits what stands between two spaces into words and the marks around them.
fn split(chunk: &str, offset: usize, words: &mut Vec<Token>) {
    let mut start = None;
    let inner = |c: char| c.is_alphanumeric() || matches!(c, '\'' | '’' | '-' | '%' | '&' | '/');
    for (place, character) in chunk.char_indices().chain([(chunk.len(), '\0')]) {
        if place < chunk.len() && inner(character) {
            start.get_or_insert(place);
            continue;
        }
        if let Some(from) = start.take() {
            let text = chunk[from..place].trim_end_matches(['\'', '’', '-', '/']);
            if text.chars().any(char::is_alphanumeric) {
                words.push(Token {
                    start: offset + from,
                    end: offset + from + text.len(),
                    word: text.to_lowercase().replace('’', "'"),
                    after: chunk[from + text.len()..place].to_owned(),
                });
            }
        }
        if place < chunk.len()
            && let Some(last) = words.last_mut()
        {
            last.after.push(character);
        }
    }
}

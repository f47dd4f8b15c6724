//! Bounds on length and nesting, measured before parsing: a tree that is too deep costs a parser its stack.

/// More containers than this on one line, or more marks of one kind in a text, are nobody's prose.
const MOST_CONTAINERS: usize = 24;
const MOST_MARKS: usize = 4_000;
/// Longer texts than this are not parsed, in bytes.
const LONGEST: usize = 256 << 10;
/// Nor are texts of more lines: the MDX parser takes time that grows with their square, seconds from here on.
const MOST_LINES: usize = 10_000;

/// Whether a text is too long or nests too deeply to be parsed as Markdown.
pub(crate) fn is_excessive(text: &str) -> bool {
    text.len() > LONGEST
        || text.lines().count() > MOST_LINES
        || text.lines().any(|line| {
            containers(line) > MOST_CONTAINERS || indentation(line) > 4 * MOST_CONTAINERS
        })
        || [b'*', b'_', b'[', b'<', b'{']
            .iter()
            .any(|mark| text.bytes().filter(|byte| byte == mark).count() > MOST_MARKS)
}

/// Counts the quotes and lists that a line opens or goes on with.
fn containers(line: &str) -> usize {
    let mut rest = line.trim_start();
    let mut count = 0;
    loop {
        let after_digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let marker = if after_digits.len() < rest.len() {
            after_digits.strip_prefix(['.', ')'])
        } else {
            rest.strip_prefix(['>', '-', '+', '*'])
        };
        let Some(after) = marker else { return count };
        count += 1;
        rest = after.trim_start();
    }
}

fn indentation(line: &str) -> usize {
    line.chars()
        .take_while(|c| matches!(c, ' ' | '\t'))
        .map(|c| if c == '\t' { 4 } else { 1 })
        .sum()
}

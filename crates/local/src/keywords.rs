//! The words that make a merged pull request close an issue, as GitHub reads them.

use lightsout_forge::Number;

const KEYWORDS: [&str; 9] = [
    "close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved",
];

/// Finds the issues that a pull request's text closes: a keyword, perhaps a colon, then `#4`. Quotes, code and HTML
/// comments say nothing.
pub(crate) fn closed_by(body: &str) -> Vec<Number> {
    let mut found = Vec::new();
    for line in plain_lines(body) {
        let words: Vec<&str> = line.split_whitespace().collect();
        for pair in words.windows(2) {
            let start = |c: char| !c.is_alphanumeric();
            let keyword = pair[0].trim_start_matches(start);
            let keyword = keyword
                .strip_suffix(':')
                .unwrap_or(keyword)
                .to_ascii_lowercase();
            let number = pair[1].strip_prefix('#').and_then(number);
            if let Some(number) = number
                && KEYWORDS.contains(&keyword.as_str())
                && !found.contains(&number)
            {
                found.push(number);
            }
        }
    }
    found
}

/// Reads the digits at the start of `4.`, unless the word goes on, as in `4th`.
fn number(text: &str) -> Option<Number> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let goes_on = text[end..].starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-');
    let number = text[..end].parse().ok().map(Number);
    number.filter(|_| !goes_on)
}

/// The lines outside fences and quotes, without code spans and comments.
fn plain_lines(body: &str) -> Vec<String> {
    let mut outside = String::new();
    let mut rest = body;
    while let Some((before, after)) = rest.split_once("<!--") {
        outside.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, after)| after);
    }
    outside.push_str(rest);
    let mut fence: Option<&str> = None;
    let mut lines = Vec::new();
    for line in outside.lines() {
        let start = line.trim_start();
        let mark = ["```", "~~~"]
            .into_iter()
            .find(|mark| start.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            (None, None) if !start.starts_with('>') => {
                lines.push(line.split('`').step_by(2).collect::<Vec<_>>().join("` "));
            }
            _ => {}
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, issues: &[u64]) {
        let found: Vec<u64> = closed_by(body).into_iter().map(|n| n.0).collect();
        assert_eq!(found, issues, "{body}");
    }

    #[test]
    fn keywords_close_and_nothing_else_does() {
        check("Closes #4", &[4]);
        check("CLOSES: #10, fixes #11.\n\n(resolved #12)", &[10, 11, 12]);
        check("Closes #4 and closes #4", &[4]);
        check(
            "See #4. It discloses #5, closes the door on 6, closes #7th",
            &[],
        );
        check("Closes #", &[]);
        check("Closes #99999999999999999999999", &[]);
    }

    #[test]
    fn quotes_code_and_comments_say_nothing() {
        check(
            "> closes #1\n```\ncloses #2\n```\n`closes #3` <!-- closes #4 --> closes #5",
            &[5],
        );
        check("<!-- closes #1", &[]);
        check("closes `x` #3", &[]);
    }
}

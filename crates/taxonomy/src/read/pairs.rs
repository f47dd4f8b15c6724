//! Questions with their answers, in the ways people write interviews.

use super::sections::heading;
use crate::Pair;
use crate::text::{EMPHASIS, strip_bullet, unwrap};

/// One line of an answer, and whether it is code.
pub(super) type CodeLine<'t> = (&'t str, bool);

/// How the questions of one interview are told from the answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// `Q: …` and `A: …`.
    Marked,
    /// Rows of a table with two columns.
    Table,
    /// A heading for each question.
    Headings,
    /// A bold line for each question.
    Bold,
    /// A numbered or bulleted line for each question.
    Numbered,
    /// A line that ends with a question mark.
    Plain,
}

/// Says whether a line begins an interview: `Q:`, `**Q1.**`, `Question 2:`, `1. Why?` or `**Why?**`.
pub(super) fn begins_interview(line: &str) -> bool {
    let numbered =
        || line.starts_with(|c: char| c.is_ascii_digit()) && strip_bullet(line).is_some_and(asks);
    is_marked(line) || numbered() || bold(line).is_some_and(|(question, _)| asks(question))
}

fn is_marked(line: &str) -> bool {
    mark(line, &["question", "q"]).is_some()
}

fn asks(text: &str) -> bool {
    text.contains(['?', '？', '؟'])
}

/// Reads pairs; the first line that could be a question decides how the rest is read.
pub(super) fn parse(lines: &[CodeLine<'_>]) -> Vec<Pair> {
    let Some(style) = style(lines) else {
        return Vec::new();
    };
    if style == Style::Table {
        return table(lines);
    }
    let mut pairs: Vec<Pair> = Vec::new();
    let mut blank_before = true;
    for (line, code) in lines {
        let question = if *code {
            None
        } else {
            question(line, style, blank_before)
        };
        blank_before = line.trim().is_empty();
        if let Some((question, answer)) = question {
            pairs.push(Pair {
                question: question.to_owned(),
                answer: answer.to_owned(),
            });
        } else if let Some(pair) = pairs.last_mut() {
            let line = if *code {
                line
            } else {
                answer_line(line, style)
            };
            // `Q:` alone on its line: the question follows.
            if pair.question.is_empty() && !line.trim().is_empty() {
                line.trim().clone_into(&mut pair.question);
            } else {
                pair.answer.push('\n');
                pair.answer.push_str(line);
            }
        }
    }
    pairs.iter().map(tidy).collect()
}

fn tidy(pair: &Pair) -> Pair {
    let mut question = pair.question.trim();
    // `**Q: Why?** A: So.` leaves the end of its emphasis with the question.
    if question.matches("**").count() % 2 == 1 {
        question = question.strip_suffix("**").unwrap_or(question);
    }
    let question = unwrap(question, EMPHASIS).to_owned();
    Pair {
        question,
        answer: pair.answer.trim().to_owned(),
    }
}

fn style(lines: &[CodeLine<'_>]) -> Option<Style> {
    let text = || {
        lines
            .iter()
            .filter(|(line, code)| !code && !line.trim().is_empty())
            .map(|(line, _)| line.trim())
    };
    if text().any(is_marked) {
        return Some(Style::Marked);
    }
    let first = text().next()?;
    let style_of = |line: &str| {
        if line.starts_with('|') {
            Some(Style::Table)
        } else if heading(line).is_some() {
            Some(Style::Headings)
        } else if bold(line).is_some() {
            Some(Style::Bold)
        } else if strip_bullet(line).is_some_and(|item| item.contains('?') || bold(item).is_some())
        {
            Some(Style::Numbered)
        } else {
            line.ends_with(['?', '？', '؟']).then_some(Style::Plain)
        }
    };
    style_of(first).or_else(|| text().find_map(style_of))
}

/// Reads a line as a question, with what follows it on the line.
fn question(line: &str, style: Style, blank_before: bool) -> Option<(&str, &str)> {
    let line = line.trim();
    match style {
        Style::Marked => {
            let rest = mark(line, &["question", "q"])?;
            Some(split_answer(rest).unwrap_or((rest, "")))
        }
        Style::Headings => {
            let (_, title) = heading(line)?;
            Some((strip_bullet(title).unwrap_or(title), ""))
        }
        Style::Bold => bold(strip_bullet(line).unwrap_or(line)),
        Style::Numbered => {
            let item = strip_bullet(line)?;
            bold(item).or_else(|| {
                let end = item.find(['?', '？', '؟'])?;
                let end = end + item[end..].chars().next()?.len_utf8();
                Some((&item[..end], item[end..].trim()))
            })
        }
        Style::Plain => (blank_before && line.ends_with(['?', '？', '؟'])).then_some((line, "")),
        Style::Table => None,
    }
}

/// Finds the answer that follows `A:` on the line of the question.
fn split_answer(rest: &str) -> Option<(&str, &str)> {
    let marks = ["**A:**", " A:", " Answer:", "__A:__"];
    let (place, mark) = marks
        .iter()
        .filter_map(|mark| Some((rest.find(mark)?, mark)))
        .min()?;
    Some((rest[..place].trim(), rest[place + mark.len()..].trim()))
}

/// Takes the `A:` off a line of an answer.
fn answer_line(line: &str, style: Style) -> &str {
    let marked = mark(line.trim(), &["answer", "a"]);
    match style {
        Style::Marked | Style::Numbered | Style::Bold | Style::Headings | Style::Plain => {
            marked.unwrap_or(line)
        }
        Style::Table => line,
    }
}

/// Takes a mark such as `Q:`, `**Q1.**` or `Question 3:` off a line.
fn mark<'l>(line: &'l str, words: &[&str]) -> Option<&'l str> {
    let line = line.trim();
    let item = strip_bullet(line);
    let line = item.unwrap_or(line).trim_start_matches('#').trim_start();
    let stripped = line.trim_start_matches(['*', '_']);
    let emphasis = &line[..line.len() - stripped.len()];
    let word = words.iter().find(|word| {
        stripped
            .get(..word.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(word))
    })?;
    let number = stripped[word.len()..].trim_start_matches(' ');
    let unnumbered = number.trim_start_matches(|c: char| c.is_ascii_digit());
    let after = unnumbered.trim_start_matches(['*', '_']);
    let rest = after.strip_prefix([':', '：']).or_else(|| {
        // `A. Because` and `Q1) Why?` are marks, `- a) first` is an entry of a list.
        let numbered = unnumbered.len() < number.len();
        let upper = item.is_none() && stripped.starts_with(char::is_uppercase);
        after.strip_prefix(['.', ')']).filter(|_| numbered || upper)
    })?;
    let rest = rest.trim_start_matches(['*', '_']).trim();
    // `**Q: What?**` closes at the end what it opened before the mark.
    let closed =
        !emphasis.is_empty() && rest.ends_with(emphasis) && rest.matches(emphasis).count() % 2 == 1;
    Some(if closed {
        rest[..rest.len() - emphasis.len()].trim_end()
    } else {
        rest
    })
}

/// Reads a line that begins with bold text, which is the question.
fn bold(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let mark = if line.starts_with("__") { "__" } else { "**" };
    let (question, answer) = line.strip_prefix(mark)?.split_once(mark)?;
    let question = question.trim();
    let question = strip_bullet(question).unwrap_or(question);
    (answer.is_empty() || question.ends_with(['?', '？', '؟', ':']))
        .then_some((question.trim_end_matches(':'), answer.trim()))
}

/// Reads the rows of a table; the row above the dashes is its head.
fn table(lines: &[CodeLine<'_>]) -> Vec<Pair> {
    let rows: Vec<Vec<&str>> = lines
        .iter()
        .filter_map(|(line, code)| {
            if *code {
                None
            } else {
                line.trim().strip_prefix('|')
            }
        })
        .map(|line| {
            line.trim()
                .trim_end_matches('|')
                .split('|')
                .map(str::trim)
                .collect()
        })
        .collect();
    let dashes = |row: &[&str]| {
        row.iter()
            .all(|cell| !cell.is_empty() && cell.bytes().all(|b| b"-: ".contains(&b)))
    };
    let body = rows
        .iter()
        .position(|row| dashes(row))
        .map_or(0, |place| place + 1);
    let pair = |row: &Vec<&str>| match row.as_slice() {
        [question, answer] if !question.is_empty() => Some(tidy(&Pair {
            question: (*question).to_owned(),
            answer: (*answer).to_owned(),
        })),
        _ => None,
    };
    rows[body..].iter().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let lines: Vec<CodeLine<'_>> = text.lines().map(|line| (line, false)).collect();
        parse(&lines)
            .into_iter()
            .map(|pair| (pair.question, pair.answer))
            .collect()
    }

    #[test]
    fn every_way_of_writing_gives_the_same_pairs() {
        let expected = [
            ("What?".to_owned(), "This.\n\nAnd that.".to_owned()),
            ("Why?".to_owned(), "So.".to_owned()),
        ];
        for text in [
            "Q: What?\nA: This.\n\nAnd that.\nQ: Why?\nA: So.",
            "**Q:** What?\n**A:** This.\n\nAnd that.\n\n**Q:** Why?\n\n**A:** So.",
            "**Q: What?**\nA: This.\n\nAnd that.\n**Q: Why?** A: So.",
            "Q1. What?\nA1. This.\n\nAnd that.\nQ2. Why?\nA2. So.",
            "1. **Q:** What?\n   **A:** This.\n\nAnd that.\n2. **Q:** Why?\n   **A:** So.",
            "#### What?\nThis.\n\nAnd that.\n\n#### Why?\nSo.",
            "**What?**\nThis.\n\nAnd that.\n\n**Why?** So.",
            "1. What? This.\n\nAnd that.\n2. Why? So.",
            "1. **What?**\nThis.\n\nAnd that.\n2. **Why?**\nSo.",
            "What?\nThis.\n\nAnd that.\n\nWhy?\nSo.",
            "What?\n\nThis.\n\nAnd that.\n\nWhy?\n\nSo.",
            "Question 1: What?\nAnswer: This.\n\nAnd that.\nQuestion 2: Why?\nAnswer: So.",
            "Q:\nWhat?\nA:\nThis.\n\nAnd that.\nQ:\nWhy?\nA:\nSo.",
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn tables_give_their_rows() {
        let expected = [
            ("What?".to_owned(), "This.".to_owned()),
            ("Why?".to_owned(), "So.".to_owned()),
        ];
        assert_eq!(
            read("| Question | Answer |\n|---|---|\n| What? | This. |\n| **Why?** | So. |"),
            expected
        );
        assert_eq!(read("| What? | This. |\n| Why? | So. |"), expected);
    }

    #[test]
    fn words_that_begin_with_q_or_a_are_no_marks() {
        assert!(!begins_interview("Quite: so"));
        let listed = [("What?".to_owned(), "- a) this\n- b) that".to_owned())];
        assert_eq!(read("Q: What?\nA: - a) this\n- b) that"), listed);
        assert!(!begins_interview("Questions: none"));
        assert_eq!(read("no question here"), []);
    }
}

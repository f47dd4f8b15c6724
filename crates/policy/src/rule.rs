//! Rules, and lists of them, as Claude Code's command line takes them.

use std::fmt;

/// The longest text of rules that is read, in bytes.
const MAX_TEXT: usize = 256 * 1024;

/// One rule: a tool, or a tool with a specifier in brackets, such as `Bash(git add:*)`.
///
/// The text is kept as it was written, so that it is printed back identically.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    text: String,
    /// Where the opening bracket is.
    bracket: Option<usize>,
}

/// What is wrong with the text of a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {problem}")]
pub struct RuleError {
    /// Which character of the text, counted from 1.
    pub column: usize,
    /// What is wrong there, and how to mend it.
    pub problem: RuleProblem,
}

/// The kinds of mistakes in the text of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleProblem {
    /// A bracket is never closed.
    #[error("the bracket that opens here never closes\nhint: write `Tool(specifier)`")]
    Unclosed,
    /// A bracket inside the brackets, which the program's command line would end the rule at.
    #[error("a bracket inside a rule ends it too early\nhint: `?` or `*` stands for it")]
    Nested,
    /// A bracket closes that never opened.
    #[error("no bracket is open here\nhint: write `Tool(specifier)`")]
    Unopened,
    /// A control character.
    #[error("a control character\nhint: a rule is one line of text")]
    Control,
    /// Text directly after the closing bracket.
    #[error("a rule ends at its bracket\nhint: put a comma or a blank between two rules")]
    AfterBracket,
    /// More text than is read.
    #[error("the rules have over {MAX_TEXT} bytes")]
    TooLong,
    /// No rule where one is needed.
    #[error("there is no rule\nhint: such as `Bash(git add:*)`")]
    Empty,
}

impl Rule {
    /// Reads exactly one rule.
    ///
    /// # Errors
    /// When the text is none, or more than one.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let mut rules = parse_rules(text)?;
        let at = |column, problem| RuleError { column, problem };
        match (rules.pop(), rules.len()) {
            (None, _) => Err(at(1, RuleProblem::Empty)),
            (Some(rule), 0) => Ok(rule),
            (Some(rule), _) => {
                let column = text.chars().count() + 1 - rule.text.chars().count();
                Err(at(column, RuleProblem::AfterBracket))
            }
        }
    }

    /// Makes the rule of a tool and a specifier that holds no bracket and no control character.
    pub(crate) fn of(tool: &str, specifier: &str) -> Self {
        Self {
            text: format!("{tool}({specifier})"),
            bracket: Some(tool.len()),
        }
    }

    /// Makes the rule of a whole tool.
    pub(crate) fn whole(tool: &str) -> Self {
        Self {
            text: tool.to_owned(),
            bracket: None,
        }
    }

    /// Returns the rule as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the name before the bracket; empty for `(x)`, which a blank before a bracket makes.
    pub fn tool(&self) -> &str {
        &self.text[..self.bracket.unwrap_or(self.text.len())]
    }

    /// Returns what stands in the brackets, as it is written there.
    pub fn specifier(&self) -> Option<&str> {
        self.bracket
            .map(|at| &self.text[at + 1..self.text.len() - 1])
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Reads rules as `claude --allowedTools` does: divided by commas and blanks that are in no bracket.
///
/// This is why `Bash (git add:*)` is two rules: `Bash`, which allows every command, and `(git add:*)`, which is
/// nothing.
///
/// # Errors
/// At the first character where the text is no list of rules. What the program itself would silently ignore, such as
/// a bracket that never closes, is an error here.
pub fn parse_rules(text: &str) -> Result<Vec<Rule>, RuleError> {
    let at = |column, problem| RuleError { column, problem };
    if text.len() > MAX_TEXT {
        return Err(at(1, RuleProblem::TooLong));
    }
    let mut rules = Vec::new();
    let mut current = String::new();
    let mut open: Option<(usize, usize)> = None;
    let mut closed = false;
    for (index, letter) in text.chars().enumerate() {
        let column = index + 1;
        let divides = open.is_none() && matches!(letter, ',' | ' ' | '\n' | '\t');
        if letter.is_control() && !divides {
            return Err(at(column, RuleProblem::Control));
        }
        if divides {
            finish(&mut rules, &mut current, &mut closed);
            continue;
        }
        match (letter, open) {
            _ if closed => return Err(at(column, RuleProblem::AfterBracket)),
            ('(', None) => open = Some((current.len(), column)),
            ('(', Some(_)) => return Err(at(column, RuleProblem::Nested)),
            (')', None) => return Err(at(column, RuleProblem::Unopened)),
            (')', Some(_)) => (open, closed) = (None, true),
            _ => {}
        }
        current.push(letter);
    }
    if let Some((_, column)) = open {
        return Err(at(column, RuleProblem::Unclosed));
    }
    finish(&mut rules, &mut current, &mut closed);
    Ok(rules)
}

fn finish(rules: &mut Vec<Rule>, current: &mut String, closed: &mut bool) {
    let text = std::mem::take(current);
    let bracket = if std::mem::take(closed) {
        text.find('(')
    } else {
        None
    };
    if !text.is_empty() {
        rules.push(Rule { text, bracket });
    }
}

/// Three lists of rules. Deny is asked first, then ask, then allow; the first list with a match decides.
///
/// In a run that nobody watches, what is to be asked is refused, and so is what no list names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleList {
    /// What is allowed.
    pub allow: Vec<Rule>,
    /// What a person would have to be asked.
    pub ask: Vec<Rule>,
    /// What is refused, whatever else is allowed.
    pub deny: Vec<Rule>,
}

impl RuleList {
    /// Reads the two lists that the program's command line takes.
    ///
    /// # Errors
    /// As [`parse_rules`] says.
    pub fn parse(allow: &str, deny: &str) -> Result<Self, RuleError> {
        Ok(Self {
            allow: parse_rules(allow)?,
            ask: Vec::new(),
            deny: parse_rules(deny)?,
        })
    }

    /// Returns the arguments that give these rules to `claude`, one rule each; no shell is meant to read them.
    ///
    /// Rules to ask about are given as rules to deny, because in a run that nobody watches they are.
    ///
    /// ```
    /// let list = lightsout_policy::RuleList::parse("Read,Bash(git add:*)", "WebFetch").unwrap();
    /// assert_eq!(
    ///     list.to_claude_args(),
    ///     ["--allowedTools", "Read", "Bash(git add:*)", "--disallowedTools", "WebFetch"],
    /// );
    /// ```
    pub fn to_claude_args(&self) -> Vec<String> {
        let mut arguments = Vec::new();
        let mut give = |flag: &str, rules: Vec<&Rule>| {
            if !rules.is_empty() {
                arguments.push(flag.to_owned());
                arguments.extend(rules.iter().map(ToString::to_string));
            }
        };
        give("--allowedTools", self.allow.iter().collect());
        give(
            "--disallowedTools",
            self.deny.iter().chain(&self.ask).collect(),
        );
        arguments
    }
}

/// Prints rules in a form that [`parse_rules`] reads back into the same.
pub fn print_rules(rules: &[Rule]) -> String {
    let texts: Vec<&str> = rules.iter().map(Rule::as_str).collect();
    texts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        let rules = parse_rules(text).unwrap();
        rules.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn rules_are_divided_as_the_command_line_divides_them() {
        assert_eq!(
            texts("Read, Bash(git add:*) Edit(a b,c)\n"),
            ["Read", "Bash(git add:*)", "Edit(a b,c)"]
        );
        assert_eq!(texts(" ,, "), Vec::<String>::new());
        let blank = parse_rules("Bash (git add:*)").unwrap();
        assert_eq!((blank[0].tool(), blank[0].specifier()), ("Bash", None));
        assert_eq!(
            (blank[1].tool(), blank[1].specifier()),
            ("", Some("git add:*"))
        );
        assert_eq!(parse_rules("Bash()").unwrap()[0].specifier(), Some(""));
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        for (text, column, problem) in [
            ("Read, Bash(git", 11, RuleProblem::Unclosed),
            ("Bash(a (b) c)", 8, RuleProblem::Nested),
            ("Read)", 5, RuleProblem::Unopened),
            ("Bash(a)b", 8, RuleProblem::AfterBracket),
            ("Bash(a)(b)", 8, RuleProblem::AfterBracket),
            ("Bash(ä\u{7})", 7, RuleProblem::Control),
            ("Bash(a\nb)", 7, RuleProblem::Control),
        ] {
            assert_eq!(
                parse_rules(text),
                Err(RuleError { column, problem }),
                "{text:?}"
            );
        }
        assert_eq!(Rule::parse("").unwrap_err().problem, RuleProblem::Empty);
        let two = Rule::parse("Read Bash(ä)").unwrap_err();
        assert_eq!((two.column, two.problem), (6, RuleProblem::AfterBracket));
        let long = "x".repeat(MAX_TEXT + 1);
        assert_eq!(
            parse_rules(&long).unwrap_err().problem,
            RuleProblem::TooLong
        );
    }

    #[test]
    fn what_is_asked_is_denied_where_nobody_watches() {
        let mut list = RuleList::parse("Read", "").unwrap();
        list.ask = parse_rules("Bash(git push:*)").unwrap();
        assert_eq!(
            list.to_claude_args(),
            [
                "--allowedTools",
                "Read",
                "--disallowedTools",
                "Bash(git push:*)"
            ]
        );
        assert!(RuleList::default().to_claude_args().is_empty());
    }
}

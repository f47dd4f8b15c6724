//! Expressions to compare: what kinds of values become of one another, whole trees, and words in any order.

use std::collections::HashSet;

use serde_json::{Value, json};

/// Values of every kind, and those that are known to be read in odd ways.
const VALUES: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1",
    "-1",
    "1.5",
    "2",
    "0x1F",
    "1e3",
    "NaN",
    "Infinity",
    "-Infinity",
    "''",
    "' '",
    "'0'",
    "'1'",
    "' 1 '",
    "'1.50'",
    "'-1'",
    "'0x1f'",
    "'0o17'",
    "'1e3'",
    "'Infinity'",
    "'1_0'",
    "'true'",
    "'NULL'",
    "'abc'",
    "'ABC'",
    "'abcd'",
    "'it''s'",
    "'ß'",
    "'SS'",
    "'ı'",
    "'I'",
    "'İ'",
    "'Σας'",
    "'😀'",
    "'Ａ'",
    "'{0}'",
    "'{{{0}}}'",
    "'[1,\"a\"]'",
    "github",
    "github.event.issue.labels",
    "github.event.issue.labels.*.name",
    "github.actor",
    "github.nothing",
    "fromJSON('[]')",
    "fromJSON('{}')",
    "matrix.list",
    "matrix.list[0]",
];

const COMPARISONS: &[&str] = &["==", "!=", "<", "<=", ">", ">="];

/// Words for soup. Each is set apart by blanks, since two quotes side by side are read otherwise by the other side.
const WORDS: &[&str] = &[
    "github",
    "GitHub",
    "needs",
    "matrix",
    "vars",
    "nonsense",
    ".",
    ".*",
    "*",
    "[",
    "]",
    "(",
    ")",
    ",",
    "!",
    "&&",
    "||",
    "&",
    "|",
    "=",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "event",
    "issue",
    "labels",
    "name",
    "'name'",
    "'a",
    "a'",
    "1",
    "-",
    "+1",
    ".5",
    "1.2.3",
    "0x",
    "1e5",
    "null",
    "true",
    "NaN",
    "contains",
    "format",
    "join",
    "toJSON",
    "fromJSON",
    "case",
    "success",
    "always",
    "startsWith",
    "constant-name",
    "-x",
    "_y",
    "\"",
    "#",
    "$",
    "{",
    "}",
    "\\",
    "é",
    "\n",
    "\t",
];

/// The contexts that every expression is evaluated with.
pub(super) fn contexts() -> Value {
    json!({
        "github": {
            "actor": "ada-gatekeeper",
            "event_name": "issues",
            "run_attempt": "1",
            "event": {
                "action": "labeled",
                "issue": {
                    "number": 7,
                    "title": "FAQ: dogs?",
                    "body": null,
                    "locked": false,
                    "labels": [
                        {"id": 1, "name": "cms-faq", "default": false},
                        {"id": 2, "name": "CMS-BOT-WAITING", "tags": ["a", "b"]},
                        {"id": 3},
                        "text",
                        null,
                        ["x", ["y"]],
                    ],
                },
                "sender": {"login": "Mira-Fern", "type": "User"},
            },
        },
        "needs": {"build": {"result": "success", "outputs": {"version": "1.10", "empty": ""}}},
        "matrix": {"os": "linux", "node": 20, "list": [3, 1.5, null, true, "x", [], {}]},
        "vars": {"CMS_ENABLED": "true", "LIMIT": "0x10"},
        "inputs": {"dry": true, "count": 0},
    })
}

/// Makes the same expressions for the same seed, each once.
pub(super) fn make(trees: usize, soups: usize, seed: u64) -> Vec<String> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut corpus = pairs();
    corpus.extend(singles());
    corpus.extend((0..trees).map(|_| {
        let depth = random.u32(1..6);
        tree(&mut random, depth)
    }));
    corpus.extend((0..soups).map(|_| {
        let words: Vec<&str> = (0..random.usize(1..9))
            .map(|_| pick(&mut random, WORDS))
            .collect();
        words.join(" ")
    }));
    let mut once = HashSet::new();
    corpus.retain(|text| once.insert(text.clone()));
    corpus
}

/// Every pair of values under everything that takes two.
fn pairs() -> Vec<String> {
    let mut made = Vec::new();
    for a in VALUES {
        for b in VALUES {
            made.extend(COMPARISONS.iter().map(|sign| format!("{a} {sign} {b}")));
            for function in ["contains", "startsWith", "endsWith", "join", "format"] {
                made.push(format!("{function}({a}, {b})"));
            }
            made.push(format!("{a} && {b}"));
            made.push(format!("{a} || {b}"));
            made.push(format!("({a})[{b}]"));
            made.push(format!("case({a}, 1, {b})"));
        }
    }
    made
}

/// Every value alone.
fn singles() -> Vec<String> {
    let mut made = Vec::new();
    for value in VALUES {
        made.push((*value).to_owned());
        made.push(format!("!{value}"));
        for function in [
            "toJSON", "fromJSON", "join", "format", "success", "always", "nothing",
        ] {
            made.push(format!("{function}({value})"));
        }
        for rest in [
            ".*",
            ".name",
            ".*.name",
            "[0][0]",
            ".*.*",
            "[*].tags.*",
            ".*[1]",
            ".1",
        ] {
            made.push(format!("{value}{rest}"));
            made.push(format!("toJSON(({value}){rest})"));
        }
    }
    made
}

/// One whole expression, mostly of parts that fit together.
fn tree(random: &mut fastrand::Rng, depth: u32) -> String {
    if depth == 0 {
        return pick(random, VALUES).to_owned();
    }
    let part = |random: &mut fastrand::Rng| tree(random, depth - 1);
    let blank = pick(random, &["", " ", "  ", "\n"]);
    match random.u32(0..14) {
        0 => format!("!{blank}{}", grouped(random, depth)),
        1 => format!(
            "{} {} {}",
            grouped(random, depth),
            pick(random, COMPARISONS),
            grouped(random, depth)
        ),
        2 => format!(
            "{}{blank}&&{blank}{} && {}",
            part(random),
            part(random),
            part(random)
        ),
        3 => format!("{}{blank}||{blank}{}", part(random), part(random)),
        4 => format!("contains({}, {})", part(random), part(random)),
        5 => format!("StartsWith({}, {})", part(random), part(random)),
        6 => format!("endswith({},{blank}{})", part(random), part(random)),
        7 => format!(
            "format('{{0}}-{{1}}{{{{', {}, {})",
            part(random),
            part(random)
        ),
        8 => format!("join({}, {})", part(random), part(random)),
        9 => format!("fromJSON(toJSON({}))", part(random)),
        10 => format!(
            "case({}, {}, {})",
            grouped(random, depth),
            part(random),
            part(random)
        ),
        11 => format!("({}){}", part(random), way(random)),
        12 => format!("github.event.issue.labels{}", way(random)),
        _ => format!("{} == {} != {}", part(random), part(random), part(random)),
    }
}

fn grouped(random: &mut fastrand::Rng, depth: u32) -> String {
    format!("({})", tree(random, depth - 1))
}

/// The way to a part.
fn way(random: &mut fastrand::Rng) -> String {
    const STEPS: &[&str] = &[
        ".*",
        "[*]",
        ".name",
        "['ID']",
        "[0]",
        "[1]",
        "[1.5]",
        "[-1]",
        "[99]",
        ".tags",
        ".event",
        "[null]",
        "[true]",
        "['1']",
        "[github]",
        "[matrix.list]",
    ];
    (0..random.usize(1..4))
        .map(|_| pick(random, STEPS))
        .collect()
}

fn pick<'w>(random: &mut fastrand::Rng, words: &[&'w str]) -> &'w str {
    words[random.usize(..words.len())]
}

//! Requests as people write them.

use lightsout_taxonomy::{Factory, Reading, Reply, questions_comment, read};

/// Reads a request of a built-in type.
fn reading(label: &str, title: &str, body: &str, replies: &[&str]) -> Reading {
    let factory = Factory::builtin();
    let kind = factory.request_type(label).expect("a built-in type");
    let replies: Vec<Reply> = replies
        .iter()
        .zip(1..)
        .map(|(body, id)| Reply {
            id,
            author: "mira".into(),
            body: (*body).to_owned(),
        })
        .collect();
    read(&factory, kind, title, body, &replies)
}

fn rules(reading: &Reading) -> Vec<(&str, &str)> {
    reading
        .questions
        .iter()
        .map(|question| (question.field.as_str(), question.rule.as_str()))
        .collect()
}

const FAQ: &str =
    "### Question\n\nCan I work remotely?\n\n### Answer\n\nYes. You can work from home.\n";

const SPOTLIGHT: &str = "\
### Name

Imani Okafor-Lindqvist

### Role

Staff engineer

### Team

Platform

### Quote

> In March I cut our deploys from forty minutes to six.

### Photo

<img width=\"400\" alt=\"Imani\" src=\"https://github.com/user-attachments/assets/9d3c\">

### Questions and answers

**Q:** What did you ship?
**A:** The rota.

### Not a field of the form

**Q:** What next?
**A:** Fewer pages.

**Q:** Where?
**A:** In Porto.
";

#[test]
fn a_rendered_form_is_read() {
    let reading = reading("cms-spotlight-add", "Spotlight: Imani", SPOTLIGHT, &[]);
    assert_eq!(rules(&reading), []);
    insta::assert_json_snapshot!(reading.fields, @r#"
    {
      "name": "Imani Okafor-Lindqvist",
      "role": "Staff engineer",
      "team": "Platform",
      "quote": "In March I cut our deploys from forty minutes to six.",
      "photo": {
        "url": "https://github.com/user-attachments/assets/9d3c",
        "alt": "Imani"
      },
      "qa": [
        {
          "question": "What did you ship?",
          "answer": "The rota.\n\n### Not a field of the form"
        },
        {
          "question": "What next?",
          "answer": "Fewer pages."
        },
        {
          "question": "Where?",
          "answer": "In Porto."
        }
      ]
    }
    "#);
}

#[test]
fn other_ways_of_writing_read_the_same() {
    let expected = reading("cms-faq", "", FAQ, &[]);
    assert!(expected.is_complete(), "{:?}", expected.questions);
    for body in [
        "Question: Can I work remotely?\nAnswer: Yes. You can work from home.",
        "**Question:** Can I work remotely?\n\n**Answer:** Yes. You can work from home.",
        "**Question**\nCan I work remotely?\n\n**Answer**\nYes. You can work from home.",
        "# ANSWER\nYes. You can work from home.\n\n# question\nCan I work remotely?\n",
        "Hello!\n\n##### The Question:\nCan I work remotely?\n##### The answer\n\nYes. You can work from home.\n\n---\n",
        "- **question**: Can I work remotely?\n- **answer**: Yes. You can work from home.",
        "Question\n====\nCan I work remotely?\n\nAnswer\n----\nYes. You can work from home.",
        "| Question | Can I work remotely? |\n|---|---|\n| Answer | Yes. You can work from home. |",
        "Q: Can I work remotely?\nA: Yes. You can work from home.",
        "<!-- hint -->\n### Question\n<!-- Question: not this -->\nCan I work remotely?\n### Answer\n```\nYes. You can work from home.\n```",
        "\u{feff}QUESTION: Can I work remotely?\r\n\r\nANSWER: Yes. You can work from home.\r\n",
    ] {
        let reading = reading("cms-faq", "", body, &[]);
        assert_eq!(reading.fields, expected.fields, "{body}");
    }
    let crlf = reading("cms-faq", "", &FAQ.replace('\n', "\r\n"), &[]);
    assert_eq!(crlf.fields, expected.fields);
    let titled = reading(
        "cms-faq",
        "FAQ: Can I work remotely?",
        "Yes. You can work from home.",
        &[],
    );
    assert_eq!(titled.fields, expected.fields);
}

#[test]
fn headings_inside_a_text_area_do_not_tear_it_apart() {
    let article = "Intro.\n\n### Title\n\nNot the title.\n\n### Why\n\nBecause.";
    let body = format!(
        "### Title\n\nT\n\n### Author\n\nA\n\n### Author role\n\nR\n\n### Body\n\n{article}"
    );
    let reading = reading("cms-insight", "", &body, &[]);
    assert_eq!(reading.fields.text("title"), Some("T"));
    assert_eq!(reading.fields.text("body"), Some(article));
}

#[test]
fn what_is_missing_is_asked_in_one_comment() {
    let body = "Name: Ada\nRole: Engineer\nTeam: Platform\nQuote: I love working here.\n\nQ: a?\nA: b\nQ: c?\nA: d\nQ: e?\nA: f";
    let reading = reading("cms-spotlight-add", "", body, &[]);
    assert_eq!(
        rules(&reading),
        [("quote", "specific"), ("photo", "required")]
    );
    let factory = Factory::builtin();
    let kind = factory
        .request_type("cms-spotlight-add")
        .expect("a built-in type");
    insta::assert_snapshot!(questions_comment(kind, &reading.questions), @r"
    2 things are missing before work on “new spotlight” can begin:

    - [ ] **Quote**: The quote should be specific enough that somebody could check it. This could be said of any place: “love working here”. Say it with a number, a date, a name, a system, a place or an event.
      For example:
      > In March I cut our deploys from forty minutes to six, and nobody has asked for the old pipeline back.
    - [ ] **Photo**: Photo is missing. A photograph of them, attached to the issue or a comment (drag the file into the text box).
      For example:
      > `![Imani at her desk](https://github.com/user-attachments/assets/…)`

    Answer in a comment, each answer under its name:

    ```
    ### Quote

    (your answer)
    ```

    A picture can be dragged into the same comment.
    ");
}

#[test]
fn replies_answer() {
    let body = "Name: Ada\nRole: Engineer\nTeam: Platform\nQuote: I love working here.\n\nQ: a?\nA: b\nQ: c?\nA: d\nQ: e?\nA: f";
    let photo = "Here you go!\n\n![Ada](https://github.com/user-attachments/assets/1)";
    let quote = "In March I cut our deploys from forty minutes to six.";
    for replies in [
        vec![photo, quote],
        vec![quote, photo, quote],
        vec![&format!("quote: {quote}\n\n{photo}")[..]],
        vec![
            &format!(
                "> - [ ] **Quote**: The quote names nothing.\n\n{quote}\n\n> - [ ] **Photo**: missing\n\n{photo}"
            )[..],
        ],
        vec![
            photo,
            "Quote: something else in 2019",
            &format!("### Quote\n\n“{quote}”")[..],
        ],
    ] {
        let reading = reading("cms-spotlight-add", "", body, &replies);
        assert_eq!(rules(&reading), [], "{replies:?}");
        assert_eq!(reading.fields.text("quote"), Some(quote), "{replies:?}");
        assert_eq!(
            reading
                .fields
                .image("photo")
                .map(|image| image.alt.as_str()),
            Some("Ada")
        );
    }
}

#[test]
fn the_thread_counts_as_it_is_now() {
    let answers = |replies: &[&str]| {
        let reading = reading("cms-faq", "Can I bring my dog?", "", replies);
        reading.fields.text("answer").map(str::to_owned)
    };
    let (first, second) = ("Answer: Yes. On Mondays.", "Answer: No. Never.");
    assert_eq!(answers(&[first, second]).as_deref(), Some("No. Never."));
    // The second comment was deleted; then the first was edited to something else; then to nothing.
    assert_eq!(answers(&[first]).as_deref(), Some("Yes. On Mondays."));
    assert_eq!(
        answers(&["Answer: Yes. On Fridays."]).as_deref(),
        Some("Yes. On Fridays.")
    );
    assert_eq!(answers(&[""]), None);
}

#[test]
fn tables_with_their_names_on_top_are_read() {
    let faq = "| **Question** | Answer |\n|:--|:--|\n| Can I work remotely? | Yes. You can work from home. |\n| Not this? | No. |";
    let expected = reading("cms-faq", "", FAQ, &[]);
    assert_eq!(reading("cms-faq", "", faq, &[]).fields, expected.fields);
    let crlf = faq.replace('\n', "\r\n");
    assert_eq!(reading("cms-faq", "", &crlf, &[]).fields, expected.fields);
    assert_eq!(
        reading("cms-faq", "", "Hello", &[faq]).fields,
        expected.fields
    );
    let spotlight = "| Name | Ada |\n|--|--|\n| Role | Engineer |\n\n| Question | Answer |\n|---|---|\n| What? | Pumps |\n| Why? | Because |\n| Where? | Porto |\n";
    let reading = reading("cms-spotlight-add", "", spotlight, &[]);
    assert_eq!(reading.fields.text("role"), Some("Engineer"));
    let pairs = reading.fields.pairs("qa").expect("the interview");
    assert_eq!(pairs.len(), 3);
    assert_eq!(
        (pairs[1].question.as_str(), pairs[1].answer.as_str()),
        ("Why?", "Because")
    );
}

#[test]
fn marks_of_direction_hide_no_heading_and_stay_in_values() {
    let body = "\u{202e}### Question\n\nCan I \u{202e}work?\n\n\u{200f}**Answer:** Yes. At home.";
    let reading = reading("cms-faq", "", body, &[]);
    assert_eq!(reading.fields.text("question"), Some("Can I \u{202e}work?"));
    assert_eq!(reading.fields.text("answer"), Some("Yes. At home."));
}

#[test]
fn quotes_in_replies_contribute_nothing() {
    let reading = reading(
        "cms-faq",
        "Why?",
        "",
        &["> Answer: One. Two.", "> a\n\nOne. Two. Three."],
    );
    assert_eq!(reading.fields.text("answer"), Some("One. Two. Three."));
}

#[test]
fn edits_need_a_profile_and_a_change() {
    assert_eq!(
        rules(&reading(
            "cms-spotlight-edit",
            "",
            "Profile: imani-okafor",
            &[]
        )),
        [("change", "min-changes")]
    );
    let reading = reading(
        "cms-spotlight-edit",
        "",
        "Profile: `content/spotlights/imani-okafor.mdx`\nRole: Principal",
        &[],
    );
    assert!(reading.is_complete());
    assert_eq!(reading.fields.text("profile"), Some("imani-okafor"));
}

#[test]
fn targets_must_be_paths_that_may_change() {
    for (target, rule) in [
        ("content/pages/about.mdx", None),
        ("`./content/pages/about.mdx`", None),
        ("../secrets", Some("path")),
        ("/etc/passwd", Some("path")),
        (".github/workflows/ci.yml", Some("protected-path")),
        ("package.json", Some("protected-path")),
    ] {
        let reading = reading(
            "cms-content-edit",
            "",
            &format!("Target: {target}\nChange: Say hello."),
            &[],
        );
        assert_eq!(
            rules(&reading).first().map(|(_, rule)| *rule),
            rule,
            "{target}"
        );
    }
}

#[test]
fn time_zones_are_looked_up() {
    for (zone, message) in [
        ("Europe/Lisbon", None),
        ("europe/lisbon", Some("`Europe/Lisbon`")),
        ("Lisbon", Some("`Europe/Lisbon`")),
        ("It is `Europe/Lisbon`, I think.", None),
        ("Europe/Lisbon or Atlantic/Azores", Some("IANA")),
        ("GMT+17", Some("IANA")),
    ] {
        let body = format!(
            "City: Porto\nRegion: Norte\nTimezone: {zone}\nFunctions: Design, Sales\nIntro: Hello.\nHighlights:\n- A\n- B"
        );
        let reading = reading("cms-location", "", &body, &[]);
        let asked = reading
            .questions
            .first()
            .map(|question| question.message.as_str());
        match message {
            None => assert_eq!(asked, None),
            Some(part) => assert!(asked.is_some_and(|asked| asked.contains(part)), "{asked:?}"),
        }
        assert_eq!(
            reading.fields.list("functions").map(<[String]>::len),
            Some(2)
        );
        assert_eq!(
            reading.fields.list("highlights").map(<[String]>::len),
            Some(2)
        );
    }
}

#[test]
fn ninety_nine_words_are_one_too_few() {
    let article = |words: usize| {
        let fact = "In January 2024 Ines moved Jenkins to GitHub in Porto ";
        format!("{fact}{}", "word ".repeat(words - 10))
    };
    let body = |words| {
        format!(
            "### Title\n\nT\n\n### Author\n\nA\n\n### Author role\n\nR\n\n### Body\n\n{}",
            article(words)
        )
    };
    let short = reading("cms-insight", "", &body(99), &[]);
    assert_eq!(rules(&short), [("body", "min-words")]);
    assert!(
        short.questions[0].message.contains("add 1 more word."),
        "{}",
        short.questions[0].message
    );
    assert_eq!(rules(&reading("cms-insight", "", &body(100), &[])), []);
}

#[test]
fn form_fields_left_empty_are_missing() {
    let body = "### Question\n\n_No response_\n\n### Answer\n\n_No response_\n";
    assert_eq!(
        rules(&reading("cms-faq", "", body, &[])),
        [("question", "required"), ("answer", "required")]
    );
}

#[test]
fn line_ends_change_nothing() {
    // Each of these was found by `properties`.
    for body in [
        "**Q:**### Photo\n\u{feff}\n?",
        "Photo: <img src=\nhttps://example.com/a.png>",
        "**Q:**a\n### Question\n\n\0\n**",
        "A:**<!--### Photo\n\0\n-->Q1.",
        "Quote: a <!-- b\nc\n--> d",
    ] {
        let unix = reading("cms-spotlight-add", "", body, &[]);
        let dos = reading("cms-spotlight-add", "", &body.replace('\n', "\r\n"), &[]);
        assert_eq!(unix.fields, dos.fields, "{body:?}");
    }
}

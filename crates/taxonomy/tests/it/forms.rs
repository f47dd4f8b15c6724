//! Forms: what is rendered is read back, whatever was filled in and however it was changed since.

use lightsout_taxonomy::{
    Factory, Field, FieldKind, Fields, Image, Pair, RequestType, Value, filled_form, issue_form,
    read, reference_table, type_fields_table, type_labels,
};
use proptest::prelude::*;
use std::sync::LazyLock;

/// Read once: the properties below run hundreds of times.
static FACTORY: LazyLock<Factory> = LazyLock::new(Factory::builtin);

/// Words as people write them, none of which is markup at the start of a line.
const WORD: &str = "[A-Za-zäéøßçñ一二あいأبт][a-z0-9äéñ一あبт',;!&%@()/$-]{0,9}";

/// A line that is not by chance the mark of a question or an answer, such as `Q)`.
fn line() -> impl Strategy<Value = String> {
    let words = prop::collection::vec(WORD, 1..8).prop_map(|words| words.join(" "));
    words.prop_filter("a mark", |line| {
        let mut characters = line.chars();
        let marks = matches!(characters.next(), Some('q' | 'Q' | 'a' | 'A'));
        !(marks && characters.next().is_none_or(|next| !next.is_alphabetic()))
    })
}

/// Paragraphs, some of which look like the headings of other fields.
fn text() -> impl Strategy<Value = String> {
    let paragraph = prop_oneof![
        4 => line(),
        1 => line().prop_map(|line| format!("### {line}")),
        1 => line().prop_map(|line| format!("{line}: {line}")),
        1 => line().prop_map(|line| format!("- {line}\n- {line}")),
        1 => line().prop_map(|line| format!("```\n### Name\n<!-- {line} -->\n```\n{line}")),
        1 => line().prop_map(|line| format!("{line}\n> {line}")),
    ];
    (line(), prop::collection::vec(paragraph, 0..4)).prop_map(|(first, rest)| {
        std::iter::once(first)
            .chain(rest)
            .collect::<Vec<_>>()
            .join("\n\n")
    })
}

fn pairs() -> impl Strategy<Value = Value> {
    let pair = (line(), text()).prop_map(|(question, answer)| Pair { question, answer });
    prop::collection::vec(pair, 1..5).prop_map(Value::Pairs)
}

fn value(field: &Field) -> BoxedStrategy<Value> {
    let from = |texts: &'static [&'static str]| {
        prop::sample::select(texts)
            .prop_map(|text| Value::Text(text.to_owned()))
            .boxed()
    };
    match field.kind {
        FieldKind::Line => line().prop_map(Value::Text).boxed(),
        FieldKind::Text => text().prop_map(Value::Text).boxed(),
        FieldKind::List => prop::collection::vec(line(), 1..6)
            .prop_map(Value::List)
            .boxed(),
        FieldKind::Pairs => pairs().boxed(),
        FieldKind::Image => ("[a-z0-9]{1,12}", line())
            .prop_map(|(name, alt)| {
                let url = format!("https://github.com/user-attachments/assets/{name}");
                Value::Image(Image { url, alt })
            })
            .boxed(),
        FieldKind::Timezone => from(&[
            "Europe/Lisbon",
            "America/Argentina/Ushuaia",
            "UTC",
            "Etc/GMT+5",
        ]),
        FieldKind::Path => from(&[
            "content/pages/about.mdx",
            "src/components/card (old).tsx",
            "a",
        ]),
        FieldKind::Profile => from(&["imani-okafor", "Imani Okafor-Lindqvist", "Zoë"]),
    }
}

/// Values for a type, some of them left out.
fn fields(kind: &RequestType) -> impl Strategy<Value = Fields> + use<> {
    let all: Vec<_> = kind
        .fields
        .iter()
        .map(|field| {
            let key = field.key.clone();
            (Just(key), prop::option::weighted(0.8, value(field)))
        })
        .collect();
    all.prop_map(|all| {
        all.into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
            .collect()
    })
}

fn request() -> impl Strategy<Value = (RequestType, Fields)> {
    prop::sample::select(FACTORY.types.clone()).prop_flat_map(|kind| {
        let fields = fields(&kind);
        (Just(kind), fields)
    })
}

fn read_back(kind: &RequestType, body: &str) -> Fields {
    read(&FACTORY, kind, "", body, &[]).fields
}

proptest! {
    #[test]
    fn a_filled_form_reads_back((kind, fields) in request()) {
        let body = filled_form(&kind, &fields);
        prop_assert_eq!(read_back(&kind, &body), fields.clone(), "{}", body);
        let crlf = body.replace('\n', "\r\n");
        let expected: Fields = fields;
        prop_assert_eq!(read_back(&kind, &crlf), expected, "with CRLF: {}", body);
    }

    #[test]
    fn order_case_and_level_of_headings_do_not_matter(
        (kind, fields) in request(),
        turn in 0_usize..8,
        level in 1_usize..=6,
        upper in any::<bool>(),
    ) {
        // Without the form's own order, a text area cannot be told from what follows a heading in it.
        let fields: Fields = fields.iter().map(|(key, value)| (key.to_owned(), single_line(value))).collect();
        let body = filled_form(&kind, &fields);
        let mut blocks: Vec<String> = body.split("### ").skip(1).map(|block| block.trim_end().to_owned()).collect();
        let turn = turn % blocks.len();
        blocks.rotate_left(turn);
        let marks = "#".repeat(level);
        let blocks: Vec<String> = blocks
            .iter()
            .map(|block| {
                let (label, value) = block.split_once('\n').expect("a block has a heading");
                let label = if upper { label.to_uppercase() } else { label.to_lowercase() };
                format!("{marks} {label}\n{value}")
            })
            .collect();
        let body = format!("Hello!\n\n{}\n", blocks.join("\n\n"));
        prop_assert_eq!(read_back(&kind, &body), fields, "{}", body);
    }
}

/// Leaves of a value what fits on one line.
fn single_line(value: &Value) -> Value {
    let first = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    match value {
        Value::Text(text) => Value::Text(first(text)),
        Value::Pairs(pairs) => {
            let pair = |pair: &Pair| Pair {
                question: pair.question.clone(),
                answer: first(&pair.answer),
            };
            Value::Pairs(pairs.iter().map(pair).collect())
        }
        other => other.clone(),
    }
}

#[test]
fn forms_tables_and_labels_are_rendered() {
    let factory = Factory::builtin();
    let kind = factory
        .request_type("cms-location")
        .expect("a built-in type");
    insta::assert_snapshot!(issue_form(kind), @r#"
    # Generated from `factory.toml` by lightsout; changes belong there.
    name: "Office page"
    description: "A page about one of our offices"
    labels: ["cms-location"]
    body:
      - type: input
        id: city
        attributes:
          label: "City"
          description: "The city of the office."
          placeholder: "Porto"
        validations:
          required: true
      - type: input
        id: region
        attributes:
          label: "Region"
          description: "The region or country."
          placeholder: "Northern Portugal"
        validations:
          required: true
      - type: input
        id: timezone
        attributes:
          label: "Timezone"
          description: "The time zone by its IANA name."
          placeholder: "Europe/Lisbon"
        validations:
          required: true
      - type: textarea
        id: functions
        attributes:
          label: "Functions"
          description: "The functions that work there, one on each line."
          placeholder: "- Engineering\n- Customer support"
        validations:
          required: true
      - type: textarea
        id: intro
        attributes:
          label: "Intro"
          description: "A paragraph or two about the office."
          placeholder: "The Porto office opened in 2019 in a former cork warehouse, ten minutes on foot from São Bento station."
        validations:
          required: true
      - type: textarea
        id: highlights
        attributes:
          label: "Highlights"
          description: "What is worth knowing about the office, one on each line."
          placeholder: "- Roof terrace over the Douro\n- Bicycle workshop on Thursdays"
        validations:
          required: true
      - type: textarea
        id: photo
        attributes:
          label: "Photo"
          description: "A photograph of the office, if there is one."
          placeholder: "![The roof terrace](https://github.com/user-attachments/assets/…)"
        validations:
          required: false
    "#);
    insta::assert_snapshot!(type_fields_table(kind), @r"
    | field | heading | kind | required | rules |
    |---|---|---|---|---|
    | `city` | City | line | yes | at most 80 characters |
    | `region` | Region | line | yes | at most 80 characters |
    | `timezone` | Timezone | timezone | yes |  |
    | `functions` | Functions | list | yes | 1 entry or more |
    | `intro` | Intro | text | yes |  |
    | `highlights` | Highlights | list | yes | 1 entry or more |
    | `photo` | Photo | image | no |  |
    ");
    insta::assert_snapshot!(reference_table(&factory), @r"
    | label | content | required fields | skills, in order | media | lane |
    |---|---|---|---|---|---|
    | `cms-spotlight-add` | New spotlight | `name`, `role`, `team`, `quote`, `photo`, `qa` | content-engine, cms-headshot-gen, cms-brand-voice-check, ai-slop-cleaner | headshot at `public/images/spotlight/{slug}.png` | `content/spotlights/**`, `public/images/spotlight/**` |
    | `cms-spotlight-edit` | Change a spotlight | `profile` | content-engine, cms-brand-voice-check, cms-headshot-gen (with `photo`) | headshot at `public/images/spotlight/{slug}.png` | `content/spotlights/**`, `public/images/spotlight/**` |
    | `cms-insight` | Leadership article | `title`, `author`, `authorRole`, `body` | cms-article-expand, cms-image-gen, cms-brand-voice-check, ai-slop-cleaner | header at `public/images/insights/{slug}.png` | `content/insights/**`, `public/images/insights/**` |
    | `cms-faq` | FAQ entry | `question`, `answer` | content-engine, cms-brand-voice-check | none | `content/faq/**` |
    | `cms-location` | Office page | `city`, `region`, `timezone`, `functions`, `intro`, `highlights` | content-engine | photo at `public/images/locations/{slug}.png` | `content/locations/**`, `public/images/locations/**` |
    | `cms-content-edit` | Change to the site | `target`, `change` | frontend-design, cms-brand-voice-check | none | `{target}` |
    ");
    insta::assert_json_snapshot!(type_labels(&factory), @r#"
    [
      {
        "name": "cms-spotlight-add",
        "color": "1d76db",
        "description": "Request: A profile of somebody who works here"
      },
      {
        "name": "cms-spotlight-edit",
        "color": "5319e7",
        "description": "Request: A change to a profile that is already published"
      },
      {
        "name": "cms-insight",
        "color": "0e8a16",
        "description": "Request: An article by somebody who leads"
      },
      {
        "name": "cms-faq",
        "color": "fbca04",
        "description": "Request: A question that candidates ask, with its answer"
      },
      {
        "name": "cms-location",
        "color": "d93f0b",
        "description": "Request: A page about one of our offices"
      },
      {
        "name": "cms-content-edit",
        "color": "c5def5",
        "description": "Request: A change to a text or a component of the site"
      }
    ]
    "#);
}

#[test]
fn choices_become_dropdowns_and_are_checked() {
    let text = r#"
        [[types]]
        label = "cms-job"
        title = "Job"
        lane = ["content/jobs/**"]
        [[types.fields]]
        key = "contract"
        options = ["Permanent", "Fixed term"]
        required = true
        [[types.fields]]
        key = "offices"
        kind = "list"
        options = ["Porto", "Tallinn"]
    "#;
    let factory = Factory::parse("factory.toml", text).expect("the type is right");
    let kind = factory.request_type("cms-job").expect("it was declared");
    insta::assert_snapshot!(issue_form(kind), @r#"
    # Generated from `factory.toml` by lightsout; changes belong there.
    name: "Job"
    description: "Job"
    labels: ["cms-job"]
    body:
      - type: dropdown
        id: contract
        attributes:
          label: "Contract"
          multiple: false
          options:
            - "Permanent"
            - "Fixed term"
        validations:
          required: true
      - type: dropdown
        id: offices
        attributes:
          label: "Offices"
          multiple: true
          options:
            - "Porto"
            - "Tallinn"
        validations:
          required: false
    "#);
    let good = read(
        &factory,
        kind,
        "",
        "### Contract\n\nfixed term\n\n### Offices\n\nPorto, Tallinn",
        &[],
    );
    assert!(good.is_complete(), "{:?}", good.questions);
    assert_eq!(good.fields.text("contract"), Some("Fixed term"));
    let bad = read(
        &factory,
        kind,
        "",
        "Contract: Weekend\nOffices: Atlantis",
        &[],
    );
    let rules: Vec<&str> = bad
        .questions
        .iter()
        .map(|question| question.rule.as_str())
        .collect();
    assert_eq!(rules, ["option", "option"]);
}

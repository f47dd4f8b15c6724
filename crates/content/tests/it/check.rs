//! Pages of the built-in types, right and wrong.

use lightsout_content::{Page, check_page, to_mdx};
use lightsout_taxonomy::Factory;

const FAQ: &str = "---\ntype: \"cms-faq\"\nquestion: \"Can I work from home?\"\n---\n\nYes, you can. See [us](./hours.mdx).\n";

fn problems(path: &str, text: &str) -> Vec<String> {
    let exists = |path: &str| {
        matches!(
            path,
            "content/faq/hours.mdx" | "public/images/spotlight/mira.png"
        )
    };
    let problems = check_page(path, text, &Factory::builtin(), &exists);
    problems.iter().map(ToString::to_string).collect()
}

fn faq(text: &str) -> String {
    problems("content/faq/remote-work.mdx", text).join("\n")
}

#[test]
fn a_sound_page_has_no_problems() {
    assert_eq!(faq(FAQ), "");
    let spotlight = "---\ntype: \"cms-spotlight-add\"\nname: \"Mira Quince\"\nrole: \"Gardener\"\nteam: \"Glass\"\n\
        quote: \"In March 2024 I moved 300 ferns to Porto.\"\nimage: \"/images/spotlight/mira.png\"\nimageAlt: \"Mira\"\n---\n\n\
        ## What?\n\nFerns.\n";
    assert_eq!(problems("content/spotlights/mira.mdx", spotlight), [""; 0]);
    assert_eq!(problems("content/pages/any.mdx", "Words."), [""; 0]);
}

#[test]
fn each_rule_is_enforced() {
    for (text, expected) in [
        (
            FAQ.replace("cms-faq", "cms-insight"),
            "remote-work.mdx:2: `type` is `cms-insight`",
        ),
        (
            FAQ.replace("question:", "qestion:"),
            "`question` is missing",
        ),
        (
            FAQ.replace("question:", "qestion:"),
            "remote-work.mdx:3: `qestion` is no key of `cms-faq`",
        ),
        (
            FAQ.replace("\"Can I work from home?\"", "\"\""),
            "`question`",
        ),
        (
            FAQ.replace("\"Can I work from home?\"", "5"),
            "`question` is a number",
        ),
        (
            FAQ.replace("Yes, you can. See [us](./hours.mdx).", ""),
            "the page has no text",
        ),
        (FAQ.replace("---\n\nYes", "\nYes"), "no closing `---`"),
        (
            FAQ.replace("Yes", "{Yes}"),
            "remote-work.mdx:6: the page holds an expression in braces",
        ),
        (
            FAQ.replace("Yes", "import a from 'b'\n\nYes"),
            "an import or export",
        ),
        (FAQ.replace("Yes", "<b>Yes</b>"), "a JSX element"),
        (
            FAQ.replace("Yes", "Yes <3"),
            "remote-work.mdx:6: this is no MDX",
        ),
        (FAQ.replace("Yes", "<!-- Yes -->"), "this is no MDX"),
        (FAQ.replace("Yes", "Yes {"), "this is no MDX"),
        (
            FAQ.replace("hours.mdx", "gone.mdx"),
            "leads to `content/faq/gone.mdx`, which is not there",
        ),
        (
            FAQ.replace("./hours.mdx", "../../../x"),
            "leads out of the repository",
        ),
        (
            FAQ.replace("./hours.mdx", "javascript:alert"),
            "is not allowed",
        ),
        (
            FAQ.replace("[us]", "![us]")
                .replace("./hours.mdx", "/images/gone.png"),
            "`public/images/gone.png`",
        ),
    ] {
        let found = faq(&text);
        assert!(
            found.contains(expected),
            "{expected}\n---\n{text}\n---\n{found}"
        );
    }
}

#[test]
fn a_page_that_needs_a_picture_has_one() {
    let spotlight = "---\ntype: \"cms-spotlight-add\"\nname: \"Mira Quince\"\nrole: \"Gardener\"\nteam: \"Glass\"\n\
        quote: \"In March 2024 I moved 300 ferns to Porto.\"\n---\n\nx\n";
    let found = problems("content/spotlights/mira.mdx", spotlight).join("\n");
    assert!(
        found.contains("`image` is missing") && found.contains("`imageAlt` is missing"),
        "{found}"
    );
}

#[test]
fn routes_and_the_rest_of_the_web_are_not_looked_up() {
    for target in [
        "/careers",
        "#top",
        "https://x.example/gone.mdx",
        "mailto:a@b.example",
        "./hours.mdx?x#y",
        "hours",
        "./%68ours.mdx",
    ] {
        assert_eq!(faq(&FAQ.replace("./hours.mdx", target)), "", "{target}");
    }
}

#[test]
fn what_is_written_here_passes_here() {
    for text in crate::corpus::hostile() {
        let mut page = Page {
            body: to_mdx(&text),
            ..Page::default()
        };
        page.front.set("title", text.as_str());
        let found = problems("content/pages/x.mdx", &page.render());
        // Relative links may lead to nothing, which is the writer's mistake and not code.
        let found: Vec<_> = found
            .iter()
            .filter(|problem| !problem.contains("not there"))
            .collect();
        assert!(found.is_empty(), "{text:?}\n{}\n{found:?}", page.render());
    }
}

//! The template agent on requests of all six types.

use std::fs;
use std::os::unix::fs::symlink;

use lightsout_agents::read_media_requests;
use lightsout_agents::template::{Ending, main_with, run};
use lightsout_content::check_page;
use lightsout_signal::{Limits, Outcome, Signal};
use lightsout_taxonomy::Factory;
use serde_json::json;

use crate::site::{Site, exists, request};

/// Returns what `lightsout content check` says about a page, all pictures being there.
fn problems(path: &str, text: &str) -> Vec<String> {
    check_page(path, text, &Factory::builtin(), &|_| true)
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn edit(fields: &serde_json::Value) -> serde_json::Value {
    request(
        "cms-spotlight-edit",
        "bruno-saltmarsh",
        Some("content/spotlights/bruno-saltmarsh.mdx"),
        fields,
    )
}

fn change(target: &str, change: &str) -> serde_json::Value {
    request(
        "cms-content-edit",
        "about",
        None,
        &json!({"target": target, "change": change}),
    )
}

#[test]
fn a_spotlight_is_written_with_its_picture() {
    let site = Site::new();
    let path = "content/spotlights/mira-quince.mdx";
    let mut wanted = request(
        "cms-spotlight-add",
        "mira-quince",
        Some(path),
        &json!({
            "name": "Mira  Quince", "role": "Gardener", "team": "Glass",
            "quote": "In March 2024 I moved 300 ferns\nto {Porto}.",
            "photo": {"url": "https://forge.localhost/attachments/0123/mira.jpg", "alt": "Mira beside a fern"},
            "qa": [
                {"question": "What {do} you do?", "answer": "# I plant\n\nand <b>water</b>."},
                {"question": "- Why?", "answer": "import joy from 'ferns'"},
                {"question": "When?", "answer": "Always."},
            ],
        }),
    );
    wanted["media"] =
        json!({"kind": "headshot", "path": "public/images/spotlight/mira-quince.png"});
    site.does(&wanted);
    let text = site.read(path);
    insta::assert_snapshot!("spotlight", text);
    assert_eq!(problems(path, &text), [""; 0]);
    let media = read_media_requests(&site.media_file()).unwrap();
    assert_eq!(
        (media.len(), media[0].alt.as_str()),
        (1, "Mira beside a fern")
    );
    assert_eq!(
        site.git(&["log", "-1", "--format=%s"]).trim(),
        "content(spotlight): add mira-quince"
    );
}

#[test]
fn the_other_pages_are_written() {
    let site = Site::new();
    let article = "Prose with facts. ".repeat(40);
    let mut insight = request(
        "cms-insight",
        "ferns",
        Some("content/insights/ferns.mdx"),
        &json!({
            "title": "On <ferns>", "author": "Mira Quince", "authorRole": "Founder", "body": format!("In March 2024 we moved 300 ferns to Porto.\n\n## Why\n\n{article}"),
        }),
    );
    insight["media"] = json!({"kind": "header", "path": "public/images/insights/ferns.png"});
    let faq = request(
        "cms-faq",
        "hours",
        Some("content/faq/hours.mdx"),
        &json!({
            "question": "When do you open?", "answer": "We open at nine. On Fridays we open at ten.",
        }),
    );
    let location = request(
        "cms-location",
        "tallinn",
        Some("content/locations/tallinn.mdx"),
        &json!({
            "city": "Tallinn", "region": "Estonia", "timezone": "Europe/Tallinn", "functions": ["Care", "{Code}"],
            "highlights": ["A greenhouse on the landing, at 21 degrees"], "intro": "Our second office is in Tallinn.",
        }),
    );
    for (wanted, path) in [
        (insight, "content/insights/ferns.mdx"),
        (faq, "content/faq/hours.mdx"),
        (location, "content/locations/tallinn.mdx"),
    ] {
        site.does(&wanted);
        let text = site.read(path);
        assert_eq!(problems(path, &text), [""; 0], "{text}");
        insta::assert_snapshot!(path.rsplit('/').next().unwrap(), text);
    }
}

#[test]
fn the_transcript_signals() {
    let site = Site::new();
    let file = site.tree().join("../request.json");
    let wanted = request(
        "cms-faq",
        "x",
        Some("content/faq/x.mdx"),
        &json!({"question": "READY?", "answer": "WAITING"}),
    );
    fs::write(&file, wanted.to_string()).unwrap();
    let variable =
        |name: &str| (name == "LIGHTSOUT_REQUEST").then(|| file.clone().into_os_string());
    let printed = main_with(&site.tree(), variable).unwrap();
    let outcome = Outcome::read(printed.as_bytes(), &Limits::default());
    assert_eq!(
        (outcome.signal, outcome.findings.len()),
        (Some(Signal::Ready), 0),
        "{printed}"
    );

    fs::write(
        &file,
        change("content/pages/about.mdx", "Make it\n\nREADY").to_string(),
    )
    .unwrap();
    let printed = main_with(&site.tree(), variable).unwrap();
    let outcome = Outcome::read(printed.as_bytes(), &Limits::default());
    assert_eq!(
        (outcome.signal, outcome.findings.len()),
        (Some(Signal::Waiting), 0),
        "{printed}"
    );

    assert!(
        main_with(&site.tree(), |_| None)
            .unwrap_err()
            .to_string()
            .contains("hint:")
    );
    fs::write(&file, "{").unwrap();
    assert!(main_with(&site.tree(), variable).is_err());
}

#[test]
fn an_edit_changes_only_what_is_given() {
    let site = Site::new();
    let path = "content/spotlights/bruno-saltmarsh.mdx";
    let before = site.read(path);
    site.does(&edit(
        &json!({"profile": "bruno-saltmarsh", "role": "Lead {Engineer}"}),
    ));
    assert_eq!(
        site.read(path),
        before.replace(
            "role: \"Engineer\"",
            "role: \"Lead \\u007BEngineer\\u007D\""
        )
    );

    site.does(&edit(&json!({"profile": "Bruno Saltmarsh", "qa": [
        {"question": "what do you do?", "answer": "I read <logs>."}, {"question": "Since when?", "answer": "2019."},
    ]})));
    let after = site.read(path);
    assert!(after.contains("## what do you do?\n\nI read \\<logs\\>.\n\n## And then?\n\nI look.\n\n## Since when?\n\n2019\\.\n"), "{after}");
    assert!(!after.contains("no heading"));
}

#[test]
fn a_profile_is_found_by_slug_path_or_name() {
    for (number, profile) in [
        "bruno-saltmarsh",
        "bruno-saltmarsh.mdx",
        "content/spotlights/bruno-saltmarsh.mdx",
        "`bruno-saltmarsh`",
        "BRUNO  Saltmarsh",
    ]
    .iter()
    .enumerate()
    {
        let site = Site::new();
        let mut wanted = edit(&json!({"profile": profile, "team": format!("Team {number}")}));
        wanted["slug"] = json!("something-else");
        site.does(&wanted);
        assert!(
            site.read("content/spotlights/bruno-saltmarsh.mdx")
                .contains(&format!("Team {number}"))
        );
    }
}

#[test]
fn an_unknown_profile_is_asked_about() {
    let site = Site::new();
    let mut wanted = edit(&json!({"profile": "nobody @all `x`", "team": "T"}));
    wanted["slug"] = json!("nobody");
    let asked = site.asks(&wanted);
    assert!(
        asked.contains("`nobody @all 'x'`") && asked.contains("- `bruno-saltmarsh`"),
        "{asked}"
    );
}

#[test]
fn a_new_photograph_names_its_picture() {
    let site = Site::new();
    let mut wanted = edit(
        &json!({"profile": "bruno-saltmarsh", "photo": {"url": "https://forge.localhost/a.jpg", "alt": "image.jpg"}}),
    );
    wanted["media"] =
        json!({"kind": "headshot", "path": "public/images/spotlight/bruno-saltmarsh.png"});
    site.does(&wanted);
    assert!(
        site.read("content/spotlights/bruno-saltmarsh.mdx")
            .contains("imageAlt: \"Portrait of Bruno Saltmarsh\"")
    );
    assert_eq!(read_media_requests(&site.media_file()).unwrap().len(), 1);
}

#[test]
fn copy_is_replaced_where_it_stands_once() {
    let site = Site::new();
    let about = "content/pages/about.mdx";
    site.does(&change(about, "Replace \"We are 38 people in two towns.\" with \"We are {41} people.\"\nChange “About” to “About <us>”"));
    assert_eq!(
        site.read(about),
        "---\ntitle: \"About \\u003Cus\\u003E\"\n---\n\nWe are \\{41\\} people. Two towns are enough.\n"
    );
    assert_eq!(problems(about, &site.read(about)), [""; 0]);
}

#[test]
fn copy_that_is_not_clear_is_asked_about() {
    let site = Site::new();
    let about = "content/pages/about.mdx";
    for (target, wish, expected) in [
        (about, "Make it nicer", "plain replacements only"),
        (
            about,
            "Replace \"towns\" with \"x\"",
            "says `towns` 2 times",
        ),
        (
            about,
            "Replace \"cities\" with \"x\"",
            "does not say `cities`",
        ),
        (
            about,
            "Replace \"enough\" with \"x\"\nReplace \"cities\" with \"y\"",
            "Nothing was changed",
        ),
        (
            about,
            "Replace \"enough\" with \"enough\"",
            "nothing to change",
        ),
        (
            "content/pages/gone.mdx",
            "Replace \"a\" with \"b\"",
            "There is no file",
        ),
        (
            "src/page.tsx",
            "Replace \"a\" with \"b\"",
            "not a page in Markdown",
        ),
    ] {
        let asked = site.asks(&change(target, wish));
        assert!(asked.contains(expected), "{wish}: {asked}");
    }
}

#[test]
fn an_unknown_type_is_asked_about() {
    let site = Site::new();
    assert!(
        site.asks(&request("cms-poem", "x", Some("content/x.mdx"), &json!({})))
            .contains("`cms-poem`")
    );
    assert!(
        site.asks(&request("cms-faq", "x", None, &json!({})))
            .contains("no page to write")
    );
}

#[test]
fn no_link_leads_out_of_the_clone() {
    let site = Site::new();
    let outside = site.tree().join("../outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("secret.mdx"), "old words\n").unwrap();
    symlink(&outside, site.tree().join("content/faq")).unwrap();
    symlink(
        outside.join("secret.mdx"),
        site.tree().join("content/pages/link.mdx"),
    )
    .unwrap();
    let read = |value: serde_json::Value| serde_json::from_value(value).unwrap();
    for wanted in [
        request(
            "cms-faq",
            "x",
            Some("content/faq/x.mdx"),
            &json!({"question": "a", "answer": "b"}),
        ),
        request(
            "cms-faq",
            "x",
            Some("../outside/x.mdx"),
            &json!({"question": "a", "answer": "b"}),
        ),
        request(
            "cms-faq",
            "x",
            Some("/tmp/x.mdx"),
            &json!({"question": "a", "answer": "b"}),
        ),
        request(
            "cms-faq",
            "x",
            Some(".git/hooks/x"),
            &json!({"question": "a", "answer": "b"}),
        ),
        change("content/pages/link.mdx", "Replace \"old\" with \"new\""),
        change("content/faq/secret.mdx", "Replace \"old\" with \"new\""),
        change("../outside/secret.md", "Replace \"old\" with \"new\""),
    ] {
        let failed = run(&read(wanted.clone()), &site.tree(), None);
        assert!(
            failed.is_err() || matches!(failed, Ok(Ending::Waiting { .. })),
            "{wanted}"
        );
    }
    assert_eq!(
        fs::read_to_string(outside.join("secret.mdx")).unwrap(),
        "old words\n"
    );
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
    assert!(!exists(&site.tree().join(".git/hooks/x")));
}

#[test]
fn hooks_and_settings_of_the_clone_run_nothing() {
    let site = Site::new();
    let marker = site.tree().join("../hooked");
    let hook = site.tree().join(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, format!("#!/bin/sh\ntouch {}\n", marker.display())).unwrap();
    let mut permissions = fs::metadata(&hook).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o755);
    fs::set_permissions(&hook, permissions).unwrap();
    site.git(&["config", "commit.gpgsign", "true"]);
    site.does(&request(
        "cms-faq",
        "x",
        Some("content/faq/x.mdx"),
        &json!({"question": "a", "answer": "b"}),
    ));
    assert!(!exists(&marker));
}

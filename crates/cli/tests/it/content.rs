use std::fs;

use crate::{lightsout, stderr, stdout};

const SITE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/careers-site");

#[test]
fn the_example_site_is_sound() {
    let output = lightsout()
        .args(["content", "check", "--root", SITE])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stdout(&output));
    assert!(stdout(&output).ends_with(" pages checked, 0 problems\n"));
}

#[test]
fn what_is_wrong_is_named_with_file_and_line() {
    let dir = tempfile::tempdir().unwrap();
    let faq = dir.path().join("content/faq");
    fs::create_dir_all(&faq).unwrap();
    fs::write(faq.join("a.mdx"), "---\ntype: \"cms-faq\"\n---\n\nimport fs from 'fs'\n\n{process.env.KEY}\n\n![x](/images/none.png)\n").unwrap();
    fs::write(faq.join("b.mdx"), [0xff, 0xfe]).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", faq.join("c.mdx")).unwrap();
    let output = lightsout()
        .current_dir(dir.path())
        .args(["content", "check"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(stdout(&output));
}

#[test]
fn a_broken_factory_toml_is_named_with_line_and_hint() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("content")).unwrap();
    fs::write(
        dir.path().join("factory.toml"),
        "[factory]\nnaem = \"x\"\nbase = 3\n",
    )
    .unwrap();
    let output = lightsout()
        .current_dir(dir.path())
        .args(["content", "check"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(stderr(&output));
}

#[test]
fn a_folder_without_content_is_no_site() {
    let dir = tempfile::tempdir().unwrap();
    let output = lightsout()
        .current_dir(dir.path())
        .args(["content", "check"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("hint:"));
}

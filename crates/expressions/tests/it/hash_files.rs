//! `hashFiles`, over files in memory.

use std::collections::BTreeMap;

use lightsout_expressions::{Expression, Files, Object, Run, Scope};

struct Memory(BTreeMap<&'static str, &'static str>);

impl Files for Memory {
    fn paths(&self) -> Result<Vec<String>, String> {
        Ok(self.0.keys().map(|path| (*path).to_owned()).collect())
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        self.0
            .get(path)
            .map(|text| text.as_bytes().to_vec())
            .ok_or_else(|| format!("{path} is gone"))
    }
}

fn hash(patterns: &str) -> String {
    let files = [
        ("Cargo.lock", "a"),
        ("a/b/Cargo.lock", "b"),
        ("a.txt", "c"),
        ("a/.hidden", "d"),
        ("docs/x.md", "e"),
    ];
    let files = Memory(files.into_iter().collect());
    let expression =
        Expression::parse(&format!("hashFiles({patterns})"), Scope::STEP).expect("an expression");
    let run = Run {
        files: &files,
        ..Run::default()
    };
    expression
        .evaluate(&Object::new(), &run)
        .expect("a hash")
        .text()
        .to_string()
}

#[test]
fn one_file_is_hashed_twice() {
    // echo -n a | sha256sum | xxd -r -p | sha256sum
    assert_eq!(
        hash("'Cargo.lock'"),
        "bf5d3affb73efd2ec6c36ad3112dd933efed63c4e1cbffcfa88e2759c144f2d8"
    );
    assert_eq!(hash("'nothing', '*.rs'"), "");
}

#[test]
fn patterns_overrule_one_another_in_order() {
    let lock = hash("'**/Cargo.lock'");
    assert_eq!(lock, hash("'a/**', 'Cargo.lock', '!a/.hidden'"));
    assert_eq!(lock, hash("'**', '!docs', '!*.txt', '!**/.hidden'"));
    assert_eq!(lock, hash("'**\n!docs\n# all but\n!*.txt\n  !**/.hidden'"));
    assert_ne!(lock, hash("'Cargo.lock'"));
    assert_eq!(hash("'docs'"), hash("'docs/**'"));
    assert_eq!(hash("'./docs/'"), hash("'docs/x.md'"));
    assert_ne!(hash("'**', '!docs', 'docs/*.md'"), hash("'**', '!docs'"));
}

//! What an agent may ask for in `media.json`.

use std::fs;

use lightsout_agents::{MediaRequestError, read_media_requests};

fn read(contents: &str) -> Result<usize, MediaRequestError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("media.json");
    fs::write(&path, contents).unwrap();
    read_media_requests(&path).map(|requests| requests.len())
}

const ONE: &str = r#"{"kind":"headshot","slug":"mira","prompt":"p","alt":"a"}"#;

#[test]
fn what_is_as_it_should_be_is_read() {
    assert_eq!(read(&format!("[{ONE}]")).unwrap(), 1);
    assert_eq!(read("[]").unwrap(), 0);
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        read_media_requests(&folder.path().join("none")).unwrap(),
        []
    );
}

#[test]
fn anything_else_is_refused() {
    for contents in [
        String::new(),
        "{}".to_owned(),
        ONE.to_owned(),
        "null".to_owned(),
        format!("[{}]", ONE.replace("\"alt\"", "\"path\":\"x\",\"alt\"")),
        format!("[{}]", ONE.replace("headshot", "movie")),
        format!("[{}]", ONE.replace("mira", "../mira")),
        format!("[{}]", ONE.replace("mira", "Mira Fern")),
        format!(
            "[{}]",
            ONE.replace("\"p\"", &format!("\"{}\"", "x".repeat(5_000)))
        ),
        format!("[{}]", [ONE; 5].join(",")),
        format!("[{ONE}]{}", " ".repeat(70_000)),
        "[".repeat(60_000),
    ] {
        let short: String = contents.chars().take(80).collect();
        assert!(read(&contents).is_err(), "{short}");
    }
}

#[test]
fn a_link_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    fs::write(&secret, format!("[{ONE}]")).unwrap();
    let link = folder.path().join("media.json");
    std::os::unix::fs::symlink(&secret, &link).unwrap();
    assert!(read_media_requests(&link).is_err());
    assert!(read_media_requests(folder.path()).is_err());
}

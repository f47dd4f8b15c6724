//! Writing into folders full of traps.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, symlink};
use std::path::Path;
use std::process::Command;

use lightsout_media::{WriteError, Written, write_contained};
use rustix::fs::{CWD, FileType, Mode};
use tempfile::TempDir;

const PATH: &str = "public/images/x.png";

/// A folder with a root inside, so that what leaves the root can be seen.
fn folder() -> (TempDir, std::path::PathBuf) {
    let outside = tempfile::tempdir().unwrap();
    let root = outside.path().join("root");
    fs::create_dir(&root).unwrap();
    (outside, root)
}

/// Everything below a folder, links not followed.
fn listing(folder: &Path) -> Vec<String> {
    fn visit(folder: &Path, below: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            found.push(path.strip_prefix(below).unwrap().display().to_string());
            if path.symlink_metadata().unwrap().is_dir() {
                visit(&path, below, found);
            }
        }
    }
    let mut found = Vec::new();
    visit(folder, folder, &mut found);
    found.sort();
    found
}

fn obstacle(root: &Path) -> String {
    match write_contained(root, PATH, b"new").unwrap_err() {
        WriteError::Obstacle { path, found } => format!("{path}: {found}"),
        other => panic!("{other}"),
    }
}

#[test]
fn a_file_is_created_kept_and_replaced() {
    let (_outside, root) = folder();
    assert_eq!(
        write_contained(&root, PATH, b"one").unwrap(),
        Written::Created
    );
    let before = fs::metadata(root.join(PATH)).unwrap().modified().unwrap();
    assert_eq!(
        write_contained(&root, PATH, b"one").unwrap(),
        Written::Unchanged
    );
    assert_eq!(
        fs::metadata(root.join(PATH)).unwrap().modified().unwrap(),
        before
    );
    assert_eq!(
        write_contained(&root, PATH, b"two").unwrap(),
        Written::Replaced
    );
    assert_eq!(
        write_contained(&root, PATH, b"").unwrap(),
        Written::Replaced
    );
    assert_eq!(
        write_contained(&root, "y.png", b"two").unwrap(),
        Written::Created
    );
    assert_eq!(fs::read(root.join(PATH)).unwrap(), b"");
    assert_eq!(
        listing(&root),
        ["public", "public/images", "public/images/x.png", "y.png"]
    );
}

#[test]
fn a_path_that_leaves_the_folder_writes_nothing() {
    let (outside, root) = folder();
    for path in [
        "../x",
        "a/../../x",
        "/tmp/x",
        "",
        "a//x",
        ".git/hooks/post-commit",
        "a\0b",
    ] {
        let error = write_contained(&root, path, b"new").unwrap_err();
        assert!(
            matches!(error, WriteError::Path { .. }),
            "{path:?}: {error}"
        );
    }
    assert_eq!(listing(outside.path()), ["root"]);
}

#[test]
fn a_slug_that_is_a_link_is_refused() {
    let (outside, root) = folder();
    let target = outside.path().join("target");
    fs::write(&target, "old").unwrap();
    fs::create_dir_all(root.join("public/images")).unwrap();
    symlink(&target, root.join(PATH)).unwrap();
    assert_eq!(obstacle(&root), "public/images/x.png: a symbolic link");
    assert_eq!(fs::read(&target).unwrap(), b"old");

    fs::remove_file(root.join(PATH)).unwrap();
    symlink("nowhere", root.join(PATH)).unwrap();
    assert_eq!(obstacle(&root), "public/images/x.png: a symbolic link");
    assert!(!root.join("public/images/nowhere").exists());
}

#[test]
fn a_folder_that_is_a_link_is_refused() {
    let (outside, root) = folder();
    let elsewhere = outside.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::create_dir(root.join("public")).unwrap();
    symlink(&elsewhere, root.join("public/images")).unwrap();
    assert_eq!(obstacle(&root), "public/images: a symbolic link");
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);

    // Also one that stays inside, and one that leads nowhere.
    fs::remove_file(root.join("public/images")).unwrap();
    symlink(".", root.join("public/images")).unwrap();
    assert_eq!(obstacle(&root), "public/images: a symbolic link");
    fs::remove_file(root.join("public/images")).unwrap();
    symlink("../gone", root.join("public/images")).unwrap();
    assert_eq!(obstacle(&root), "public/images: a symbolic link");
    assert_eq!(listing(&root), ["public", "public/images"]);
}

#[test]
fn special_files_and_folders_in_the_way_are_refused() {
    let (_outside, root) = folder();
    let target = root.join(PATH);
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    rustix::fs::mknodat(CWD, &target, FileType::Fifo, Mode::from_raw_mode(0o644), 0).unwrap();
    assert_eq!(obstacle(&root), "public/images/x.png: a named pipe");
    assert!(fs::symlink_metadata(&target).unwrap().file_type().is_fifo());

    fs::remove_file(&target).unwrap();
    fs::create_dir(&target).unwrap();
    assert_eq!(
        obstacle(&root),
        "public/images/x.png: a folder where a file should be"
    );

    fs::remove_dir(&target).unwrap();
    fs::remove_dir(root.join("public/images")).unwrap();
    fs::write(root.join("public/images"), "file").unwrap();
    assert_eq!(
        obstacle(&root),
        "public/images: a file where a folder should be"
    );
    assert_eq!(listing(&root), ["public", "public/images"]);
}

#[test]
fn a_root_that_is_missing_is_named() {
    let (_outside, root) = folder();
    let missing = root.join("missing");
    let error = write_contained(&missing, PATH, b"new")
        .unwrap_err()
        .to_string();
    assert!(error.contains("missing` failed"), "{error}");
    assert!(!missing.exists());
}

/// Two writers of one name never leave a mixture or a temporary file.
#[test]
fn writers_at_the_same_time_do_not_mix() {
    let (_outside, root) = folder();
    std::thread::scope(|scope| {
        for letter in [b'a', b'b', b'c', b'd'] {
            let root = &root;
            scope.spawn(move || {
                for _ in 0..20 {
                    write_contained(root, PATH, &[letter; 4096]).unwrap();
                }
            });
        }
    });
    let end = fs::read(root.join(PATH)).unwrap();
    assert_eq!(end.len(), 4096);
    assert!(end.iter().all(|byte| byte == &end[0]));
    assert_eq!(listing(&root), ["public", "public/images", PATH]);
}

/// The shell gives this very test a disk of four kilobytes and runs it again.
#[test]
fn a_full_disk_leaves_what_was_there() {
    const INSIDE: &str = "LIGHTSOUT_MEDIA_TEST_FULL_DISK";
    if std::env::var_os(INSIDE).is_none() {
        // Through a pipe: a file that the test runner's own output goes to would be as full.
        let output = Command::new("sh")
            .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" --exact write::a_full_disk_leaves_what_was_there"])
            .arg(std::env::current_exe().unwrap())
            .env(INSIDE, "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        return;
    }
    let (_outside, root) = folder();
    write_contained(&root, "old.png", b"old").unwrap();
    for path in ["old.png", PATH] {
        let error = write_contained(&root, path, &vec![7; 1024 * 1024]).unwrap_err();
        assert!(matches!(error, WriteError::Io { .. }), "{error}");
    }
    assert_eq!(fs::read(root.join("old.png")).unwrap(), b"old");
    assert_eq!(listing(&root), ["old.png"]);
}

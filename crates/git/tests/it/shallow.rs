//! A checkout whose history is cut off, as a runner makes it: work goes out of it and comes back all the same.

use lightsout_git::Repo;

use crate::{agent, author, file, fixture};

#[test]
fn work_on_a_history_that_is_cut_off_comes_back_as_a_bundle() {
    let fixture = fixture();
    let folder = fixture.dir.path();
    let more = [file("content/faq/b.mdx", "two\n")];
    let second = fixture
        .repo
        .commit_files(Some(&fixture.first), &more, "second", &author(1))
        .unwrap();
    let repo = &fixture.repo;
    repo.update_ref("refs/heads/main", &second, Some(&fixture.first))
        .unwrap();
    let url = format!("file://{}", repo.path().display());
    agent(folder, &["clone", "--quiet", "--depth=1", &url, "checkout"]);
    let checkout = Repo::open_checkout(&folder.join("checkout")).unwrap();

    let workshop = Repo::init_bare(&folder.join("workshop.git"), "workshop").unwrap();
    let base = workshop
        .fetch_from(&checkout, "refs/heads/main", "refs/forge/base")
        .unwrap();
    assert_eq!(base, second);
    let clone = folder.join("clone");
    workshop
        .clone_throwaway(&clone, "claude/issue-4-x", &base, "A", "a@example.com")
        .unwrap();
    std::fs::write(clone.join("content/faq/c.mdx"), "three\n").unwrap();
    agent(&clone, &["add", "."]);
    agent(&clone, &["commit", "-qm", "three"]);
    let head = workshop
        .fetch_untrusted(&clone, "HEAD", "refs/runs/1/agent")
        .unwrap();
    assert!(workshop.is_ancestor(&base, &head).unwrap());
    let bundle = folder.join("work.bundle");
    workshop
        .bundle(&base, "refs/runs/1/agent", &bundle)
        .unwrap();
    // Where the whole history is known, the bundle is as good as any.
    repo.import_bundle(&bundle).unwrap();
    let changes = repo.changes(&base, &head).unwrap();
    assert_eq!(changes.len(), 1);
    repo.fsck().unwrap();
}

#[test]
fn a_commit_is_fetched_by_its_name_and_histories_part_somewhere() {
    let fixture = fixture();
    let side = |text: &str, when| {
        let more = [file("content/faq/b.mdx", text)];
        let base = Some(fixture.first.as_str());
        let made = fixture
            .repo
            .commit_files(base, &more, "more", &author(when));
        made.unwrap()
    };
    let (one, other) = (side("one\n", 1), side("other\n", 2));
    let parted = fixture.repo.merge_base(&one, &other).unwrap();
    assert_eq!(parted.as_deref(), Some(fixture.first.as_str()));
    let patch = fixture.repo.patch(&fixture.first, &one, 1000).unwrap();
    assert!(patch.contains("+one") && patch.len() <= 1000, "{patch}");
    assert_eq!(
        fixture.repo.patch(&fixture.first, &one, 7).unwrap().len(),
        7
    );

    let workshop = Repo::init_bare(&fixture.dir.path().join("workshop.git"), "workshop").unwrap();
    let name = format!("refs/forge/at/{one}");
    workshop.fetch_commit(&fixture.repo, &one, &name).unwrap();
    assert_eq!(workshop.rev(&one).unwrap().as_ref(), Some(&one));
    assert!(workshop.fetch_commit(&fixture.repo, "main", &name).is_err());
}

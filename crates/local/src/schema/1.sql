-- Times are microseconds since 1970 in UTC. Words (states, permissions, credentials) are those of the port.

-- Issues and pull requests count in one row.
CREATE TABLE thread (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    is_pull     INTEGER NOT NULL CHECK (is_pull IN (0, 1)),
    title       TEXT    NOT NULL,
    body        TEXT    NOT NULL,
    author      TEXT    NOT NULL,
    author_kind TEXT    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('open', 'closed', 'merged')),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;

-- What a pull request has beyond a thread.
CREATE TABLE pull (
    number    INTEGER PRIMARY KEY REFERENCES thread (number),
    head      TEXT NOT NULL,
    head_sha  TEXT NOT NULL,
    base      TEXT NOT NULL,
    merge_sha TEXT
) STRICT;
CREATE INDEX pull_by_head ON pull (head);

CREATE TABLE label (
    thread INTEGER NOT NULL REFERENCES thread (number),
    name   TEXT    NOT NULL,
    PRIMARY KEY (thread, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE comment (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    thread      INTEGER NOT NULL REFERENCES thread (number),
    author      TEXT    NOT NULL,
    author_kind TEXT    NOT NULL,
    body        TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX comment_by_thread ON comment (thread);

-- The newest status of each context of a commit.
CREATE TABLE status (
    sha         TEXT    NOT NULL,
    context     TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    description TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (sha, context)
) STRICT, WITHOUT ROWID;

CREATE TABLE collaborator (
    login      TEXT PRIMARY KEY,
    permission TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE attachment (
    id        TEXT    PRIMARY KEY,
    file_name TEXT    NOT NULL,
    sha256    TEXT    NOT NULL,
    size      INTEGER NOT NULL,
    author    TEXT    NOT NULL,
    at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Everything that happened. A line that raised an event is in the inbox until it is done.
CREATE TABLE activity (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    actor      TEXT    NOT NULL,
    actor_kind TEXT    NOT NULL,
    credential TEXT,
    what       TEXT    NOT NULL,
    thread     INTEGER REFERENCES thread (number),
    detail     TEXT    NOT NULL,
    event      TEXT,
    raised     INTEGER NOT NULL CHECK (raised IN (0, 1)),
    done_at    INTEGER,
    CHECK (raised = 0 OR event IS NOT NULL)
) STRICT;
CREATE INDEX inbox ON activity (seq) WHERE raised = 1 AND done_at IS NULL;

-- What a branch is about to become: written before the reference moves, struck out with what follows from it.
CREATE TABLE ref_move (
    branch     TEXT    PRIMARY KEY,
    old        TEXT,
    new        TEXT,
    actor      TEXT    NOT NULL,
    actor_kind TEXT    NOT NULL,
    credential TEXT,
    at         INTEGER NOT NULL,
    -- The pull request that this move merges, and the head that was approved.
    merges     INTEGER REFERENCES thread (number),
    head       TEXT,
    -- The client key of the person's act, if it is one.
    client_key TEXT
) STRICT, WITHOUT ROWID;

-- Acts of people that carry a key, with what they gave.
CREATE TABLE act (
    client_key TEXT PRIMARY KEY,
    person     TEXT NOT NULL,
    result     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The ledger's lines, written once and never changed.
CREATE TABLE ledger (
    seq   INTEGER PRIMARY KEY AUTOINCREMENT,
    id    TEXT    NOT NULL UNIQUE,
    issue INTEGER NOT NULL,
    entry TEXT    NOT NULL
) STRICT;
CREATE INDEX ledger_by_issue ON ledger (issue);

PRAGMA user_version = 1;

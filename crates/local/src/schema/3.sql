-- What ran on whose machines, and what was deployed: told by whoever did it.

CREATE TABLE workflow_run (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL,
    -- The workflow's file, such as `.github/workflows/ci.yml`.
    path       TEXT    NOT NULL,
    event      TEXT    NOT NULL,
    branch     TEXT    NOT NULL,
    sha        TEXT    NOT NULL,
    conclusion TEXT    NOT NULL,
    author      TEXT    NOT NULL,
    author_kind TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    -- The archive of its logs, once it was handed in.
    logs       BLOB
) STRICT;

CREATE TABLE deployment (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    sha         TEXT    NOT NULL,
    ref         TEXT    NOT NULL,
    environment TEXT    NOT NULL,
    author      TEXT    NOT NULL,
    author_kind TEXT    NOT NULL,
    at          INTEGER NOT NULL
) STRICT;

CREATE TABLE deployment_status (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    deployment  INTEGER NOT NULL REFERENCES deployment (id),
    state       TEXT    NOT NULL,
    description TEXT    NOT NULL,
    url         TEXT,
    author      TEXT    NOT NULL,
    author_kind TEXT    NOT NULL,
    at          INTEGER NOT NULL
) STRICT;
CREATE INDEX deployment_status_by_deployment ON deployment_status (deployment);

PRAGMA user_version = 3;

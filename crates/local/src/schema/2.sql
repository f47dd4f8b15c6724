-- What a forge tells of a thread, a status and a line of its log to whoever asks it over a network.

ALTER TABLE thread ADD COLUMN closed_at INTEGER;
-- `completed`, `not_planned`; nothing for what was never closed with a reason.
ALTER TABLE thread ADD COLUMN close_reason TEXT;
UPDATE thread SET closed_at = updated_at WHERE state <> 'open';

-- JSON: what happened beyond what the event says, such as where a branch was before.
ALTER TABLE activity ADD COLUMN about TEXT;

-- The newest status of each context of a commit, and who said it.
CREATE TABLE status_2 (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    sha         TEXT    NOT NULL,
    context     TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    description TEXT    NOT NULL,
    target_url  TEXT,
    author      TEXT    NOT NULL,
    author_kind TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    UNIQUE (sha, context)
) STRICT;
INSERT INTO status_2 (sha, context, state, description, author, author_kind, at)
    SELECT sha, context, state, description, 'github-actions[bot]', 'bot', at FROM status ORDER BY at;
DROP TABLE status;
ALTER TABLE status_2 RENAME TO status;

-- Checks as programs make them: the newest of each name of a commit counts.
CREATE TABLE check_run (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    sha          TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    -- `queued`, `in_progress` or `completed`.
    status       TEXT    NOT NULL,
    -- How it ended; nothing before that.
    conclusion   TEXT,
    title        TEXT,
    summary      TEXT,
    details_url  TEXT,
    started_at   INTEGER NOT NULL,
    completed_at INTEGER
) STRICT;
CREATE INDEX check_run_by_commit ON check_run (sha, name);

PRAGMA user_version = 2;

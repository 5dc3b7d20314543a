-- Version 1. Moments are RFC 3339 in UTC with six decimals, sizes are bytes, durations are seconds.

CREATE TABLE runs (
    id             TEXT PRIMARY KEY NOT NULL,
    name           TEXT NOT NULL UNIQUE,
    kind           TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN
                   ('registered', 'running', 'finished', 'failed', 'cancelled', 'resumable')),
    weir           TEXT NOT NULL,
    -- Relative to the home when inside it, so that a home can be moved.
    folder         TEXT NOT NULL,
    -- Decimal digits: SQLite's integers end at 2^63 - 1.
    seed           TEXT,
    parameters     TEXT NOT NULL CHECK (json_valid(parameters)),
    result         TEXT NOT NULL DEFAULT 'null' CHECK (json_valid(result)),
    host_name      TEXT NOT NULL,
    host_system    TEXT NOT NULL,
    host_threads   INTEGER NOT NULL,
    created        TEXT NOT NULL,
    started        TEXT,
    ended          TEXT,
    seconds        REAL,
    error          TEXT,
    -- The process at work; NULL when there is none.
    owner_pid      INTEGER,
    owner_start    INTEGER,
    owner_boot     TEXT,
    owner_space    TEXT,
    owner_seen     TEXT,
    -- The last progress.
    stage          TEXT,
    done           INTEGER,
    total          INTEGER,
    unit           TEXT,
    memory_limit   INTEGER,
    peak_resident  INTEGER NOT NULL DEFAULT 0,
    mean_resident  INTEGER NOT NULL DEFAULT 0,
    peak_reserved  INTEGER NOT NULL DEFAULT 0,
    memory_samples INTEGER NOT NULL DEFAULT 0,
    -- The folder's name while the run is being removed.
    trash          TEXT
) STRICT;

CREATE INDEX runs_created ON runs (created);
CREATE INDEX runs_at_work ON runs (state) WHERE state IN ('registered', 'running');

CREATE TABLE parameters (
    run   TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    key   TEXT NOT NULL,
    value TEXT,
    type  TEXT NOT NULL,
    PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX parameters_key ON parameters (key, value);

CREATE TABLE inputs (
    run      TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name     TEXT NOT NULL,
    source   TEXT NOT NULL,
    bytes    INTEGER NOT NULL,
    sha256   TEXT NOT NULL,
    PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE stages (
    run           TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    position      INTEGER NOT NULL,
    stage         TEXT NOT NULL,
    ending        TEXT NOT NULL,
    error         TEXT,
    began         REAL NOT NULL,
    seconds       REAL NOT NULL,
    done          INTEGER NOT NULL,
    total         INTEGER,
    unit          TEXT NOT NULL,
    peak_resident INTEGER NOT NULL,
    mean_resident INTEGER NOT NULL,
    peak_reserved INTEGER NOT NULL,
    samples       INTEGER NOT NULL,
    PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE operations (
    run           TEXT NOT NULL,
    position      INTEGER NOT NULL,
    operation     TEXT NOT NULL,
    count         INTEGER NOT NULL,
    seconds       REAL NOT NULL,
    peak_resident INTEGER NOT NULL,
    mean_resident INTEGER NOT NULL,
    peak_reserved INTEGER NOT NULL,
    samples       INTEGER NOT NULL,
    PRIMARY KEY (run, position, operation),
    FOREIGN KEY (run, position) REFERENCES stages (run, position) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE memory_samples (
    number       INTEGER PRIMARY KEY,
    run          TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    seconds      REAL NOT NULL,
    stage        TEXT,
    operation    TEXT,
    resident     INTEGER NOT NULL,
    reserved     INTEGER NOT NULL,
    memory_limit INTEGER NOT NULL,
    pressure     TEXT NOT NULL
) STRICT;

CREATE INDEX memory_samples_run ON memory_samples (run, seconds);

CREATE TABLE events (
    number   INTEGER PRIMARY KEY,
    run      TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    sequence INTEGER NOT NULL,
    at       TEXT NOT NULL,
    event    TEXT NOT NULL,
    detail   TEXT NOT NULL CHECK (json_valid(detail))
) STRICT;

CREATE INDEX events_run ON events (run, number);

CREATE TABLE tags (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (run, tag)
) STRICT, WITHOUT ROWID;

CREATE INDEX tags_tag ON tags (tag);

CREATE TABLE notes (
    number INTEGER PRIMARY KEY,
    run    TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    at     TEXT NOT NULL,
    text   TEXT NOT NULL
) STRICT;

CREATE INDEX notes_run ON notes (run, number);

-- One row a stage (operation NULL) and one an operation in it.
CREATE VIEW memory_by_stage AS
SELECT runs.id AS run, runs.name AS name, position, stages.stage AS stage, NULL AS operation, 1 AS count,
       stages.seconds AS seconds, stages.peak_resident AS peak_resident, stages.mean_resident AS mean_resident,
       stages.peak_reserved AS peak_reserved, samples
FROM stages JOIN runs ON runs.id = stages.run
UNION ALL
SELECT runs.id, runs.name, position, stages.stage, operations.operation, operations.count,
       operations.seconds, operations.peak_resident, operations.mean_resident,
       operations.peak_reserved, operations.samples
FROM operations JOIN stages USING (run, position) JOIN runs ON runs.id = operations.run;

CREATE VIEW memory_timeline AS
SELECT runs.id AS run, runs.name AS name, memory_samples.seconds AS seconds, memory_samples.stage AS stage,
       operation, resident, reserved, memory_samples.memory_limit AS memory_limit, pressure
FROM memory_samples JOIN runs ON runs.id = memory_samples.run;

-- Version 2: when each sample was taken and what the machine had left, the least and the standard deviation beside mean
-- and peak, and the views that people query.
--
-- The views use nothing that a SQLite without mathematical functions lacks, so that every client can read them, and no
-- function of time, so that DuckDB can: moments are stored as text and deviations are stored, not computed.

ALTER TABLE memory_samples ADD COLUMN at TEXT;
ALTER TABLE memory_samples ADD COLUMN system_available INTEGER;
ALTER TABLE memory_samples ADD COLUMN system_total INTEGER;
ALTER TABLE stages ADD COLUMN started_at TEXT;
ALTER TABLE stages ADD COLUMN ended_at TEXT;
ALTER TABLE stages ADD COLUMN min_resident INTEGER;
ALTER TABLE stages ADD COLUMN sd_resident INTEGER;
ALTER TABLE operations ADD COLUMN min_resident INTEGER;
ALTER TABLE operations ADD COLUMN sd_resident INTEGER;
ALTER TABLE runs ADD COLUMN min_resident INTEGER;
ALTER TABLE runs ADD COLUMN sd_resident INTEGER;

-- What runs of version 1 tell. Milliseconds are what SQLite counts in; deviations of all their samples are lost.
UPDATE runs SET started = strftime('%Y-%m-%dT%H:%M:%f', ended, printf('%+.3f seconds', -seconds)) || '000Z'
WHERE started IS NULL AND ended IS NOT NULL AND seconds IS NOT NULL;
UPDATE memory_samples SET at = strftime('%Y-%m-%dT%H:%M:%f',
    (SELECT started FROM runs WHERE id = memory_samples.run), printf('%+.3f seconds', seconds)) || '000Z';
UPDATE stages SET
    started_at = strftime('%Y-%m-%dT%H:%M:%f',
        (SELECT started FROM runs WHERE id = stages.run), printf('%+.3f seconds', began)) || '000Z',
    ended_at = strftime('%Y-%m-%dT%H:%M:%f',
        (SELECT started FROM runs WHERE id = stages.run), printf('%+.3f seconds', began + seconds)) || '000Z',
    min_resident = (SELECT min(resident) FROM memory_samples AS told
        WHERE told.run = stages.run AND told.stage = stages.stage);
UPDATE operations SET min_resident = (SELECT min(resident) FROM memory_samples AS told
    WHERE told.run = operations.run AND told.operation = operations.operation AND told.stage =
        (SELECT stage FROM stages WHERE stages.run = operations.run AND stages.position = operations.position));
UPDATE runs SET min_resident = (SELECT min(resident) FROM memory_samples WHERE run = runs.id);

DROP VIEW memory_by_stage;
DROP VIEW memory_timeline;

-- One row for each stage of a run, in the stage that a run is in one from the samples so far.
CREATE VIEW memory_by_stage AS
SELECT stages.run AS run, stages.stage AS stage, stages.mean_resident AS average, stages.peak_resident AS peak,
       stages.min_resident AS minimum, stages.sd_resident AS sd, stages.samples AS samples,
       stages.started_at AS "start", stages.ended_at AS "end", stages.seconds AS seconds, runs.name AS name
FROM stages JOIN runs ON runs.id = stages.run
WHERE runs.trash IS NULL
UNION ALL
SELECT told.run, told.stage, CAST(avg(told.resident) AS BIGINT), max(told.resident), min(told.resident), NULL, count(*),
       min(told.at), max(told.at), max(told.seconds) - min(told.seconds), runs.name
FROM memory_samples AS told JOIN runs ON runs.id = told.run
WHERE runs.trash IS NULL AND runs.state IN ('registered', 'running') AND told.stage IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM stages WHERE stages.run = told.run AND stages.stage = told.stage)
GROUP BY told.run, told.stage, runs.name;

-- One row for each operation in a stage that has ended.
CREATE VIEW memory_by_operation AS
SELECT operations.run AS run, stages.stage AS stage, operations.operation AS operation,
       operations.mean_resident AS average, operations.peak_resident AS peak, operations.min_resident AS minimum,
       operations.sd_resident AS sd, operations.samples AS samples, operations.count AS count,
       operations.seconds AS seconds, runs.name AS name
FROM operations JOIN stages ON stages.run = operations.run AND stages.position = operations.position
     JOIN runs ON runs.id = operations.run
WHERE runs.trash IS NULL;

-- One row for each sample that is kept.
CREATE VIEW memory_timeline AS
SELECT told.run AS run, told.at AS time, told.resident AS bytes, told.stage AS stage, told.operation AS operation,
       100.0 * (told.system_total - told.system_available) / told.system_total AS system_percent,
       told.system_available AS available,
       max(told.resident) OVER (PARTITION BY told.run ORDER BY told.seconds, told.number
           ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS peak,
       told.seconds AS seconds, told.reserved AS reserved, told.memory_limit AS memory_limit,
       told.pressure AS pressure, runs.name AS name
FROM memory_samples AS told JOIN runs ON runs.id = told.run
WHERE runs.trash IS NULL;

-- The sample with the greatest resident memory of each stage, and of the time outside stages; rank 1 is the run's.
CREATE VIEW memory_peaks AS
SELECT run, row_number() OVER (PARTITION BY run ORDER BY bytes DESC, seconds) AS rank, time, bytes, stage, operation,
       100.0 * bytes / memory_limit AS limit_percent, system_percent, available, name
FROM (SELECT run, time, bytes, stage, operation, memory_limit, system_percent, available, seconds, name,
             row_number() OVER (PARTITION BY run, stage ORDER BY bytes DESC, seconds) AS place
      FROM memory_timeline) AS placed
WHERE place = 1;

-- The samples under pressure: level is warning or critical.
CREATE VIEW memory_pressure_events AS
SELECT run, time, pressure AS level, bytes, memory_limit, 100.0 * bytes / memory_limit AS limit_percent, system_percent,
       available, stage, operation, seconds, name
FROM memory_timeline
WHERE pressure IN ('warning', 'critical');

-- One row for each run that has samples; warnings and criticals count those that are kept.
CREATE VIEW memory_summary AS
SELECT runs.id AS run, runs.state AS state,
       CASE WHEN runs.memory_samples > 0 THEN runs.mean_resident ELSE told.average END AS average,
       CASE WHEN runs.memory_samples > 0 THEN runs.peak_resident ELSE told.peak END AS peak,
       CASE WHEN runs.memory_samples > 0 THEN runs.min_resident ELSE told.minimum END AS minimum,
       runs.sd_resident AS sd,
       CASE WHEN runs.memory_samples > 0 THEN runs.memory_samples ELSE told.kept END AS samples,
       runs.memory_limit AS memory_limit, highest.stage AS peak_stage,
       coalesce(told.warnings, 0) AS warnings, coalesce(told.criticals, 0) AS criticals,
       runs.started AS "start", runs.ended AS "end",
       coalesce(runs.seconds, told.seconds) AS seconds, runs.name AS name
FROM runs
     LEFT JOIN (SELECT run, count(*) AS kept, CAST(avg(resident) AS BIGINT) AS average, max(resident) AS peak,
                       min(resident) AS minimum, max(seconds) AS seconds,
                       sum(CASE WHEN pressure = 'warning' THEN 1 ELSE 0 END) AS warnings,
                       sum(CASE WHEN pressure = 'critical' THEN 1 ELSE 0 END) AS criticals
                FROM memory_samples GROUP BY run) AS told ON told.run = runs.id
     LEFT JOIN (SELECT run, stage, row_number() OVER (PARTITION BY run ORDER BY peak DESC, "start", stage) AS place
                FROM memory_by_stage) AS highest ON highest.run = runs.id AND highest.place = 1
WHERE runs.trash IS NULL AND (runs.memory_samples > 0 OR told.kept > 0);

-- What a stage cost: a gigabyte (1,000,000,000 bytes) held for a minute is one GB·minute.
CREATE VIEW stage_memory_efficiency AS
SELECT run, stage, seconds, average, peak, average / 1000000000.0 * seconds / 60.0 AS gb_minutes, name
FROM memory_by_stage;

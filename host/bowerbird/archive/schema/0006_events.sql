-- What happens, one line each: who says it, and an order in which each list of the log is read without sorting.
ALTER TABLE events ADD COLUMN component TEXT NOT NULL DEFAULT 'worker';
CREATE INDEX events_component ON events(component);
CREATE INDEX events_troubles ON events(id) WHERE level IN ('warning', 'error');
CREATE INDEX events_errors ON events(id) WHERE level = 'error';

-- The one door for the lines of transitions: no statement that changes a job's state can pass it by.
CREATE TRIGGER jobs_entered AFTER INSERT ON jobs BEGIN
    INSERT INTO events (at, level, component, code, message, job_id) VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'info', 'queue', new.status,
        CASE WHEN new.parent_id IS NULL THEN 'asked for' ELSE 'found in a list' END || ' → ' || new.status, new.id); END;
CREATE TRIGGER jobs_moved AFTER UPDATE OF status ON jobs WHEN new.status <> old.status BEGIN
    INSERT INTO events (at, level, component, code, message, hint, job_id) SELECT
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
        CASE WHEN new.status = 'failed' THEN 'error'
             WHEN new.status = 'waiting' AND coalesce(new.wait_reason, '') NOT IN ('rate_limit', 'schedule') THEN 'warning'
             WHEN troubled AND new.status = 'pending' THEN 'warning' ELSE 'info' END,
        'queue', CASE WHEN troubled THEN new.error_code ELSE new.status END,
        old.status || ' → ' || new.status || CASE WHEN new.wait_reason IS NULL THEN '' ELSE ' (' || new.wait_reason || ')' END
            || CASE WHEN troubled THEN ': ' || coalesce(new.error_message, '') ELSE '' END,
        CASE WHEN troubled THEN new.hint END, new.id
    FROM (SELECT new.error_code IS NOT NULL AND (new.status IN ('failed', 'waiting')
                 OR (old.status = 'running' AND new.status = 'pending')) AS troubled); END;

-- A job that is taken out of the history takes its lines along; the newest line of all stays, so that no number comes twice.
CREATE TRIGGER jobs_forgotten AFTER DELETE ON jobs BEGIN
    DELETE FROM events WHERE job_id = old.id AND id < (SELECT max(id) FROM events); END;

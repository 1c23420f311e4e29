-- The queue's order can be changed, one job or the whole queue can be paused, and jobs are counted as they change.
ALTER TABLE jobs ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN paused_by TEXT;
ALTER TABLE jobs ADD COLUMN paused_from TEXT;

-- Places are far apart, so that a job can be put between two others without touching them.
DROP TRIGGER jobs_updated;
UPDATE jobs SET place = seq << 20;
CREATE TRIGGER jobs_updated AFTER UPDATE ON jobs WHEN new.revision = old.revision BEGIN
    UPDATE jobs SET revision = (SELECT max(revision) + 1 FROM jobs) WHERE seq = new.seq; END;
DROP INDEX jobs_claim;
DROP INDEX jobs_order;
CREATE INDEX jobs_claim ON jobs(status, platform, priority DESC, place);
CREATE INDEX jobs_order ON jobs(status, priority DESC, place);
CREATE INDEX jobs_times ON jobs(not_before) WHERE not_before IS NOT NULL;

-- One row while the whole queue is paused.
CREATE TABLE queue_pause (since TEXT NOT NULL);

CREATE TABLE job_totals (status TEXT PRIMARY KEY, jobs INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
INSERT INTO job_totals (status, jobs) SELECT status, count(*) FROM jobs GROUP BY status;
CREATE TRIGGER jobs_counted AFTER INSERT ON jobs BEGIN
    INSERT INTO job_totals (status, jobs) VALUES (new.status, 1) ON CONFLICT (status) DO UPDATE SET jobs = jobs + 1; END;
CREATE TRIGGER jobs_uncounted AFTER DELETE ON jobs BEGIN
    UPDATE job_totals SET jobs = jobs - 1 WHERE status = old.status; END;
CREATE TRIGGER jobs_recounted AFTER UPDATE OF status ON jobs WHEN new.status <> old.status BEGIN
    UPDATE job_totals SET jobs = jobs - 1 WHERE status = old.status;
    INSERT INTO job_totals (status, jobs) VALUES (new.status, 1) ON CONFLICT (status) DO UPDATE SET jobs = jobs + 1; END;

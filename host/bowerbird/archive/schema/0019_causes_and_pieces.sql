-- Why jobs failed: how many of each platform and error code, counted as they fail, are tried again or go. A job does not count
-- where a later one for the same target was completed; so a completion takes off those since the one before, and no others.
-- A list that was read to its end (`listed`) fails by its members: these count, and it does not.
CREATE TABLE causes (
    platform TEXT NOT NULL, code TEXT NOT NULL, jobs INTEGER NOT NULL, last_at TEXT NOT NULL, PRIMARY KEY (platform, code)) WITHOUT ROWID;
INSERT INTO causes SELECT platform, coalesce(error_code, ''), count(*), max(coalesce(completed_at, updated_at)) FROM jobs
    WHERE status = 'failed' AND listed = 0 AND NOT EXISTS (SELECT 1 FROM jobs AS later
        WHERE later.target_key = jobs.target_key AND later.status = 'completed' AND later.seq > jobs.seq) GROUP BY 1, 2;
CREATE INDEX jobs_causes ON jobs(platform, error_code, seq) WHERE status = 'failed';
CREATE TRIGGER causes_job_comes AFTER INSERT ON jobs WHEN new.status = 'failed' AND new.listed = 0 BEGIN
    INSERT INTO causes SELECT new.platform, coalesce(new.error_code, ''), 1, coalesce(new.completed_at, new.updated_at)
    WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE target_key = new.target_key AND status = 'completed' AND seq > new.seq)
    ON CONFLICT DO UPDATE SET jobs = jobs + 1, last_at = max(last_at, excluded.last_at); END;
CREATE TRIGGER causes_job_fails AFTER UPDATE OF status, error_code ON jobs
    WHEN new.status = 'failed' AND new.listed = 0 AND (old.status <> 'failed' OR new.error_code IS NOT old.error_code) BEGIN
    INSERT INTO causes SELECT new.platform, coalesce(new.error_code, ''), 1, coalesce(new.completed_at, new.updated_at)
    WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE target_key = new.target_key AND status = 'completed' AND seq > new.seq)
    ON CONFLICT DO UPDATE SET jobs = jobs + 1, last_at = max(last_at, excluded.last_at); END;
CREATE TRIGGER causes_job_goes AFTER DELETE ON jobs WHEN old.status = 'failed' AND old.listed = 0 BEGIN
    UPDATE causes SET jobs = jobs - 1 WHERE platform = old.platform AND code = coalesce(old.error_code, '')
    AND NOT EXISTS (SELECT 1 FROM jobs WHERE target_key = old.target_key AND status = 'completed' AND seq > old.seq); END;
CREATE TRIGGER causes_job_tried AFTER UPDATE OF status, error_code ON jobs
    WHEN old.status = 'failed' AND old.listed = 0 AND (new.status <> 'failed' OR new.error_code IS NOT old.error_code) BEGIN
    UPDATE causes SET jobs = jobs - 1 WHERE platform = old.platform AND code = coalesce(old.error_code, '')
    AND NOT EXISTS (SELECT 1 FROM jobs WHERE target_key = old.target_key AND status = 'completed' AND seq > old.seq); END;
CREATE TRIGGER causes_target_comes AFTER INSERT ON jobs WHEN new.status = 'completed' BEGIN
    INSERT INTO causes SELECT platform, coalesce(error_code, ''), -count(*), '' FROM jobs
    WHERE target_key = new.target_key AND status = 'failed' AND listed = 0 AND seq < new.seq
    AND seq > coalesce((SELECT max(seq) FROM jobs WHERE target_key = new.target_key AND status = 'completed' AND seq < new.seq), 0)
    AND NOT EXISTS (SELECT 1 FROM jobs WHERE target_key = new.target_key AND status = 'completed' AND seq > new.seq)
    GROUP BY 1, 2 ON CONFLICT DO UPDATE SET jobs = jobs + excluded.jobs; END;
CREATE TRIGGER causes_target_saved AFTER UPDATE OF status ON jobs WHEN new.status = 'completed' AND old.status <> 'completed' BEGIN
    INSERT INTO causes SELECT platform, coalesce(error_code, ''), -count(*), '' FROM jobs
    WHERE target_key = new.target_key AND status = 'failed' AND listed = 0 AND seq < new.seq
    AND seq > coalesce((SELECT max(seq) FROM jobs WHERE target_key = new.target_key AND status = 'completed' AND seq < new.seq), 0)
    AND NOT EXISTS (SELECT 1 FROM jobs WHERE target_key = new.target_key AND status = 'completed' AND seq > new.seq)
    GROUP BY 1, 2 ON CONFLICT DO UPDATE SET jobs = jobs + excluded.jobs; END;
CREATE TRIGGER causes_target_goes AFTER DELETE ON jobs WHEN old.status = 'completed' BEGIN
    INSERT INTO causes SELECT platform, coalesce(error_code, ''), count(*), max(coalesce(completed_at, updated_at)) FROM jobs
    WHERE target_key = old.target_key AND status = 'failed' AND listed = 0 AND seq < old.seq
    AND seq > coalesce((SELECT max(seq) FROM jobs WHERE target_key = old.target_key AND status = 'completed' AND seq < old.seq), 0)
    AND NOT EXISTS (SELECT 1 FROM jobs WHERE target_key = old.target_key AND status = 'completed' AND seq > old.seq)
    GROUP BY 1, 2 ON CONFLICT DO UPDATE SET jobs = jobs + excluded.jobs, last_at = max(last_at, excluded.last_at); END;
CREATE TRIGGER causes_target_open AFTER UPDATE OF status ON jobs WHEN old.status = 'completed' AND new.status <> 'completed' BEGIN
    INSERT INTO causes SELECT platform, coalesce(error_code, ''), count(*), max(coalesce(completed_at, updated_at)) FROM jobs
    WHERE target_key = old.target_key AND status = 'failed' AND listed = 0 AND seq < old.seq
    AND seq > coalesce((SELECT max(seq) FROM jobs WHERE target_key = old.target_key AND status = 'completed' AND seq < old.seq), 0)
    AND NOT EXISTS (SELECT 1 FROM jobs WHERE target_key = old.target_key AND status = 'completed' AND seq > old.seq)
    GROUP BY 1, 2 ON CONFLICT DO UPDATE SET jobs = jobs + excluded.jobs, last_at = max(last_at, excluded.last_at); END;

-- Items that have several pieces get a small picture of each, in `.thumbnails/` as well: `pieces_due` until that is done.
ALTER TABLE items ADD COLUMN pieces_due INTEGER NOT NULL DEFAULT 0;
ALTER TABLE items ADD COLUMN pieces_at TEXT;
UPDATE items SET pieces_due = 1 WHERE id IN (
    SELECT item_id FROM files WHERE file_type IN ('image', 'video', 'audio') GROUP BY item_id
    HAVING count(*) > 1 AND sum(file_type = 'image') > 0);
CREATE INDEX items_pieces_due ON items(id) WHERE pieces_due AND deleted_at IS NULL;
CREATE TRIGGER pieces_come AFTER INSERT ON files WHEN new.file_type IN ('image', 'video', 'audio')
    AND EXISTS (SELECT 1 FROM files WHERE item_id = new.item_id AND file_type IN ('image', 'video', 'audio') AND id <> new.id) BEGIN
    UPDATE items SET pieces_due = 1, pieces_at = NULL WHERE id = new.item_id AND NOT pieces_due; END;
CREATE TRIGGER pieces_replaced AFTER UPDATE OF sha256 ON files WHEN new.sha256 <> old.sha256 AND new.file_type = 'image' BEGIN
    UPDATE items SET pieces_due = 1, pieces_at = NULL WHERE id = new.item_id AND pieces_at IS NOT NULL; END;

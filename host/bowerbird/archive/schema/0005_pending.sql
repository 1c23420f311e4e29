-- What finds the next job, or counts those before one, holds pending jobs alone: a claim takes a row out of these two
-- instead of moving it to another page. The last column makes counting a matter of the index alone.
DROP INDEX jobs_claim;
DROP INDEX jobs_order;
CREATE INDEX jobs_claim ON jobs(platform, priority DESC, place) WHERE status = 'pending';
CREATE INDEX jobs_order ON jobs(priority DESC, place, status) WHERE status = 'pending';

-- Jobs of a host at which enough runs are passed over in the index: of 100,000 no row is read. Then the order is whole, too.
DROP INDEX jobs_claim;
CREATE INDEX jobs_claim ON jobs(platform, priority DESC, place, seq, host) WHERE status = 'pending';
-- Whether something waits for a reason that is gone, however many others wait or are paused.
CREATE INDEX jobs_reasons ON jobs(wait_reason, platform) WHERE wait_reason IS NOT NULL;

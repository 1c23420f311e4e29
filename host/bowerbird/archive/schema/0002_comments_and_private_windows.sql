-- The comments of one item in the order in which they came.
CREATE INDEX comments_item ON comments(item_id, id);

-- What was clicked in a private window is never answered with the sign-in of an ordinary one.
ALTER TABLE jobs ADD COLUMN incognito INTEGER NOT NULL DEFAULT 0;
CREATE INDEX jobs_incognito ON jobs(platform, status) WHERE incognito = 1;

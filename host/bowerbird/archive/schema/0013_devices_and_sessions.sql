-- Browsers that are signed in to the site, so that a person can see them and sign them out. `seen_at` is to the hour.
CREATE TABLE devices (
    id INTEGER PRIMARY KEY, session TEXT NOT NULL UNIQUE, browser TEXT NOT NULL, created_at TEXT NOT NULL, seen_at TEXT NOT NULL);

-- What may be told of the sessions in the vault, which the site does not open: never a cookie. See queue/session_states.py.
CREATE TABLE session_states (
    platform TEXT NOT NULL, account TEXT NOT NULL, incognito INTEGER NOT NULL, username TEXT, state TEXT NOT NULL,
    stored_at TEXT NOT NULL, used_at TEXT, expires_at TEXT, PRIMARY KEY (platform, account, incognito)) WITHOUT ROWID;

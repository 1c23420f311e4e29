-- Who works on this archive: since when, whether it still moves, and with which settings.
CREATE TABLE processes (
    name TEXT PRIMARY KEY, pid INTEGER NOT NULL, version TEXT NOT NULL, started_at TEXT NOT NULL, seen_at TEXT NOT NULL,
    settings TEXT NOT NULL DEFAULT '{}') WITHOUT ROWID;

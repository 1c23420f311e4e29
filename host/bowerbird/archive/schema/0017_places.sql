-- A host of an older version, still connected, writes no place: its jobs would come before all others.
CREATE TRIGGER jobs_placed AFTER INSERT ON jobs WHEN new.place = 0 BEGIN
    UPDATE jobs SET place = new.seq << 20 WHERE seq = new.seq; END;

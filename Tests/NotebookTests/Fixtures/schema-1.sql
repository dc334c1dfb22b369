-- A workspace as the first schema wrote it: four cells, a number, a vector, a result.
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY, started TEXT NOT NULL, ended TEXT, program TEXT NOT NULL);
CREATE TABLE cells (
  id INTEGER PRIMARY KEY, session INTEGER NOT NULL REFERENCES sessions(id), number INTEGER NOT NULL,
  source TEXT NOT NULL, status TEXT NOT NULL, error TEXT, seconds REAL NOT NULL, finished TEXT NOT NULL,
  UNIQUE (session, number));
CREATE TABLE outputs (
  cell INTEGER NOT NULL REFERENCES cells(id) ON DELETE CASCADE, position INTEGER NOT NULL, role TEXT NOT NULL,
  text TEXT NOT NULL, html TEXT, json TEXT, PRIMARY KEY (cell, position)) WITHOUT ROWID;
CREATE TABLE variables (
  name TEXT PRIMARY KEY, kind TEXT NOT NULL, summary TEXT NOT NULL, detail TEXT NOT NULL, cell INTEGER NOT NULL);
CREATE TABLE results (cell INTEGER PRIMARY KEY, kind TEXT NOT NULL, detail TEXT NOT NULL);
CREATE TABLE arrays (
  owner TEXT NOT NULL, name TEXT NOT NULL, part INTEGER NOT NULL, dtype TEXT NOT NULL, shape TEXT NOT NULL,
  data BLOB NOT NULL, PRIMARY KEY (owner, name, part));
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO sessions VALUES (1, '2026-01-01T10:00:00.000Z', '2026-01-01T10:01:00.000Z', '0.1');
INSERT INTO cells VALUES (1, 1, 1, 'a = 1.5', 'ok', NULL, 0.001, '2026-01-01T10:00:01.000Z');
INSERT INTO cells VALUES (2, 1, 2, 'a * 2', 'ok', NULL, 0.001, '2026-01-01T10:00:02.000Z');
INSERT INTO cells VALUES (3, 1, 3, 'b = [2, 4]', 'ok', NULL, 0.001, '2026-01-01T10:00:03.000Z');
INSERT INTO cells VALUES (4, 1, 4, 'seed 9', 'ok', NULL, 0.001, '2026-01-01T10:00:04.000Z');
INSERT INTO outputs VALUES (1, 0, 'result', 'a = 1.5', NULL, '1.5');
INSERT INTO outputs VALUES (2, 0, 'result', '3', NULL, '3');
INSERT INTO variables VALUES ('a', 'number', '1.5', '"1.5"', 1);
INSERT INTO variables VALUES ('b', 'tensor', '2 float32', '{"meaning":"plain"}', 3);
INSERT INTO arrays VALUES ('variable:b', 'tensor', 0, 'float32', '2', X'0000004000008040');
INSERT INTO results VALUES (2, 'number', '"3"');
INSERT INTO settings VALUES ('seed', '9');
PRAGMA application_id = 0x656C626F;
PRAGMA user_version = 1;

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Fired } from './load.js';
import { answerQuestions } from './peer.js';

/** Rows to insert: how many in a transaction, and their size in bytes. */
export interface Inserts {
  readonly count: number;
  readonly group: number;
  readonly bytes: number;
}

/** The minimum that stores events durably: one table, and one fsync for each group. */
function insert({ count, group, bytes }: Inserts): Fired {
  const directory = mkdtempSync(join(tmpdir(), 'bench-sqlite-'));
  const database = new DatabaseSync(join(directory, 'rows.db'));
  database.exec(
    'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE rows (position INTEGER PRIMARY KEY, frame BLOB NOT NULL) STRICT',
  );
  const add = database.prepare('INSERT INTO rows (frame) VALUES (?)');
  const frame = randomBytes(bytes);
  const latencies: number[] = [];
  const began = performance.now();
  for (let done = 0; done < count; done += group) {
    const groupBegan = performance.now();
    database.exec('BEGIN IMMEDIATE');
    for (let row = 0; row < group; row++) add.run(frame);
    database.exec('COMMIT');
    latencies.push(performance.now() - groupBegan);
  }
  const seconds = (performance.now() - began) / 1_000;
  database.close();
  rmSync(directory, { recursive: true });
  return { seconds, latencies, seen: [], refused: 0 };
}

answerQuestions({ insert });

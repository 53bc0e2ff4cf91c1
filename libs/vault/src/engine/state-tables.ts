import { createHash } from 'node:crypto';
import { sql, type Statement, type Value } from './engine.js';

/** One row, its values in the order of the columns. */
export type StateRow = readonly Value[];

/** Every table of the durable state with its columns, the same on both engines. */
export const stateTables = {
  secret: ['name', 'box'],
  owner_key: ['owner', 'hidden_owner', 'box', 'erased_at'],
  token: ['hash', 'id', 'mac'],
  token_use: ['token', 'used_at'],
  password: ['user', 'command', 'box'],
  session: [
    'hash',
    'id',
    'holder',
    'kind',
    'revision',
    'started_at',
    'used_at',
    'authenticated_at',
    'authenticated_by',
    'agent',
    'mac',
  ],
  ended_session: ['hash', 'because', 'at'],
  process: ['name', 'position', 'mac'],
  address: ['hmac', 'stream', 'mac'],
  accepted_stream: ['stream', 'box'],
  foreign_range: ['stream', 'first', 'box'],
  changed_stream: ['stream', 'box'],
  mail: ['id', 'kind', 'user', 'about', 'state', 'attempts', 'since', 'next_attempt_at', 'problem'],
  waiting: ['user', 'account'],
  reminder: ['account', 'due_at'],
  approval_notice: ['account', 'due_at'],
  noticed_user: ['user', 'account', 'notice'],
  link_request: ['address', 'count', 'last_at'],
  bulk_key: ['command', 'digest'],
  event_format: ['type', 'schema', 'build'],
} as const satisfies Record<string, readonly string[]>;

export type StateTable = keyof typeof stateTables;

const listColumns = (table: StateTable): string => stateTables[table].map((column) => `"${column}"`).join(', ');

/** Returns the SELECT of all rows of a table. */
export const selectAll = (table: StateTable): string => `SELECT ${listColumns(table)} FROM ${table}`;

/** Returns the statement that inserts rows into a table. */
export function insertRows(table: StateTable, rows: readonly StateRow[]): Statement {
  const places = `(${stateTables[table].map(() => '?').join(', ')})`;
  const text = `INSERT INTO ${table} (${listColumns(table)}) VALUES ${rows.map(() => places).join(', ')}`;
  return sql(text, ...rows.flat());
}

/** Counts the rows of a table and sums up their digests, in any order. */
export class TableDigest {
  private rows = 0;
  private readonly sum = Buffer.alloc(32);

  add(rows: readonly StateRow[]): void {
    for (const row of rows) {
      const values = row.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value));
      const digest = createHash('sha256').update(JSON.stringify(values)).digest();
      for (const [index, byte] of digest.entries()) this.sum[index]! ^= byte;
      this.rows++;
    }
  }

  /** Returns the number of rows and their digest as text; equal texts mean equal rows. */
  toString(): string {
    return `${this.rows} rows, ${this.sum.toString('hex')}`;
  }
}

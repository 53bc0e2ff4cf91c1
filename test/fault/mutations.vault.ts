import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { join } from 'node:path';
import type { Choices } from './mutations.log.js';

type Row = Record<string, SQLInputValue>;

/** The vault's file, as somebody with access to it and without its key changes it by SQL. */
class VaultFile {
  private readonly db: DatabaseSync;

  constructor(directory: string) {
    this.db = new DatabaseSync(join(directory, 'vault.db'));
    this.db.exec('PRAGMA synchronous = OFF');
  }

  [Symbol.dispose](): void {
    this.db.close();
  }

  rows(table: string): Row[] {
    return this.db.prepare(`SELECT * FROM ${table}`).all();
  }

  keys(table: string): string[] {
    const columns = this.db.prepare('SELECT name FROM pragma_table_info(?) WHERE pk > 0').all(table);
    return columns.map(({ name }) => String(name));
  }

  remove(table: string, row: Row): void {
    const keys = this.keys(table);
    const where = keys.map((key) => `${key} = ?`).join(' AND ');
    this.db.prepare(`DELETE FROM ${table} WHERE ${where}`).run(...keys.map((key) => row[key]!));
  }

  /** Adds a row, in place of those with the same key. Returns whether the constraints of the table allow it. */
  add(table: string, row: Row): boolean {
    const columns = Object.keys(row);
    const statement = `INSERT OR REPLACE INTO ${table} (${columns.join()}) VALUES (${columns.map(() => '?').join()})`;
    try {
      this.db.prepare(statement).run(...Object.values(row));
      return true;
    } catch (error) {
      if ((error as { errcode?: number }).errcode! % 256 === 19) return false;
      throw error;
    }
  }

  execute(sql: string): void {
    this.db.exec(sql);
  }
}

/** The tables that are changed. */
export const vaultTables = [
  'secret',
  'owner_key',
  'token',
  'password',
  'session',
  'process',
  'foreign_range',
  'changed_stream',
] as const;
export type VaultTable = (typeof vaultTables)[number];

const pick = <T>(items: readonly T[], choice: number): T | undefined => items[choice % items.length];

/** Returns another value of the same type. */
function alter(value: SQLInputValue, choice: number): SQLInputValue {
  if (typeof value === 'number') return value + (choice % 7) - 3;
  if (typeof value === 'string')
    return choice % 2 ? `${value}0` : value.replace(/[0-9a-f]/, (digit) => (digit === '1' ? '2' : '1'));
  if (!ArrayBuffer.isView(value)) return 'erased';
  const bytes = Buffer.from(value as Uint8Array);
  if (bytes.length > 0) bytes[choice % bytes.length]! ^= 1 + (choice % 255);
  return bytes;
}

/** The changes of a table, by name; choices as of the changes of a log. */
const tableChanges: Record<string, (file: VaultFile, table: string, choices: Choices) => void> = {
  'delete a row of': (file, table, [choice]) => {
    const row = pick(file.rows(table), choice);
    if (row) file.remove(table, row);
  },
  'delete all rows of': (file, table) => file.execute(`DELETE FROM ${table}`),
  'alter a column of a row of': (file, table, [choice, column, value]) => {
    const row = pick(file.rows(table), choice);
    if (!row) return;
    const name = pick(Object.keys(row), column)!;
    file.remove(table, row);
    if (!file.add(table, { ...row, [name]: alter(row[name]!, value) })) file.add(table, row);
  },
  'copy a column from another row of': (file, table, [choice, other, column]) => {
    const rows = file.rows(table);
    const [row, from] = [pick(rows, choice), pick(rows, other)];
    if (!row || !from) return;
    const name = pick(Object.keys(row), column)!;
    file.remove(table, row);
    if (!file.add(table, { ...row, [name]: from[name]! })) file.add(table, row);
  },
  'insert a changed copy of a row of': (file, table, [choice, value, other]) => {
    const rows = file.rows(table);
    const [row, from] = [pick(rows, choice), pick(rows, other)];
    if (!row || !from) return;
    const keys = file.keys(table).map((key) => [key, value % 3 ? from[key]! : alter(row[key]!, value)]);
    file.add(table, { ...row, ...Object.fromEntries(keys) });
  },
  'make a tombstone of a row of': (file, table, [choice]) => {
    const row = pick(file.rows(table), choice);
    if (row && table === 'owner_key') file.add(table, { ...row, box: null, erased_at: '2026-01-01T00:00:00.000Z' });
  },
};
export const vaultChangeNames = Object.keys(tableChanges);

/** Changes a table of the vault in a directory. */
export function changeVault(directory: string, name: string, table: VaultTable, choices: Choices): void {
  using file = new VaultFile(directory);
  tableChanges[name]!(file, table, choices);
}

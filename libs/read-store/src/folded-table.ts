import { sql, type Kysely, type RawBuilder } from 'kysely';
import { selectRows, type RowWrite } from './row-writes.js';
import type { AnyTables } from './schema.js';

/** How an upsert sets a column of a row that exists: to the new value; only if that is not null; or to the sum of both. */
type Update = 'replace' | 'keepIfNull' | 'add';

interface TableOptions<Row, Key extends keyof Row> {
  readonly name: string;
  /** The columns of the primary key; of type text where rows are loaded. */
  readonly key: readonly Key[];
  /** All other columns; a forgotten one does not compile. */
  readonly columns: Readonly<Record<Exclude<keyof Row, Key>, Update>>;
}

/** A table whose rows a batch of events loads by their keys, changes in memory, and writes back, each row once. */
export class FoldedTable<Row extends object, Key extends keyof Row = keyof Row> {
  constructor(private readonly options: TableOptions<Row, Key>) {}

  /** Loads the rows with these keys, each key as the values of its columns; absent ones are left out. */
  async load(db: Kysely<AnyTables>, keys: Iterable<readonly string[]>): Promise<LoadedRows<Row, Key>> {
    const wanted = new Map(Array.from(keys, (key) => [joinKey(key), key]));
    const columns = this.options.key.map((_, index) => Array.from(wanted.values(), (key) => key[index]!));
    const found = wanted.size === 0 ? [] : await this.find(db, columns);
    return new LoadedRows(this, found);
  }

  /** Returns an insert of rows that updates those that exist. No two rows may have the same key. */
  upsert(rows: readonly Row[]): RowWrite {
    const { name, key, columns } = this.options;
    const toColumns = (names: readonly PropertyKey[]) => sql.join(names.map((column) => sql.ref(String(column))));
    const updates = Object.entries<Update>(columns).map(([column, update]) => {
      const [added, existing] = [sql.ref(`excluded.${column}`), sql.ref(`${name}.${column}`)];
      if (update === 'keepIfNull') return sql`coalesce(${added}, ${existing})`;
      return update === 'add' ? sql`${existing} + ${added}` : added;
    });
    return {
      count: rows.length,
      toSql: (from, to) => sql`
        insert into ${sql.table(name)} ${selectRows(name, rows.slice(from, to))} on conflict (${toColumns(key)})
        do update set (${toColumns(Object.keys(columns))}) = row(${sql.join(updates)})`,
    };
  }

  /** Returns a deletion of the rows with these keys. */
  delete(keys: readonly (readonly string[])[]): RowWrite {
    const { name, key } = this.options;
    return {
      count: keys.length,
      toSql: (from, to) => {
        const some = keys.slice(from, to);
        const columns = key.map((_, index) => some.map((values) => values[index]!));
        return sql`delete from ${sql.table(name)} where ${this.isOneOf(columns)}`;
      },
    };
  }

  /** Returns the key of a row. */
  keyOf(row: Row): readonly string[] {
    return this.options.key.map((column) => row[column] as string);
  }

  private async find(db: Kysely<AnyTables>, columns: readonly (readonly string[])[]): Promise<Row[]> {
    const { rows } = await sql<Row>`
      select * from ${sql.table(this.options.name)} where ${this.isOneOf(columns)}`.execute(db);
    return rows;
  }

  private isOneOf(columns: readonly (readonly string[])[]): RawBuilder<boolean> {
    const key = this.options.key.map((column) => sql.ref(String(column)));
    if (key.length === 1) return sql`${key[0]!} = any(${columns[0]!}::text[])`;
    const values = columns.map((column) => sql`${column}::text[]`);
    return sql`(${sql.join(key)}) in (select * from unnest(${sql.join(values)}))`;
  }
}

/** The rows that a batch has loaded, and its changes to them. */
export class LoadedRows<Row extends object, Key extends keyof Row = keyof Row> {
  readonly #loaded: ReadonlyMap<string, Row>;
  /** `undefined`: deleted. */
  readonly #changed = new Map<string, Row | undefined>();

  /** @internal see {@link FoldedTable.load} */
  constructor(
    private readonly table: FoldedTable<Row, Key>,
    rows: readonly Row[],
  ) {
    this.#loaded = new Map(rows.map((row) => [joinKey(table.keyOf(row)), row]));
  }

  /** Returns the row with this key as the batch has changed it so far; undefined if there is none. */
  get(...key: readonly string[]): Row | undefined {
    const name = joinKey(key);
    return this.#changed.has(name) ? this.#changed.get(name) : this.#loaded.get(name);
  }

  /** Returns the row with this key as it was loaded. */
  getLoaded(...key: readonly string[]): Row | undefined {
    return this.#loaded.get(joinKey(key));
  }

  /** Adds or replaces a row. */
  set(row: Row): void {
    this.#changed.set(joinKey(this.table.keyOf(row)), row);
  }

  /** Changes columns of a row; does nothing if there is none. */
  update(key: readonly string[], change: (row: Row) => Partial<Row>): void {
    const row = this.get(...key);
    if (row) this.set({ ...row, ...change(row) });
  }

  /** Deletes the row with this key. */
  delete(...key: readonly string[]): void {
    this.#changed.set(joinKey(key), undefined);
  }

  /** Returns what to write: the rows that were changed, and those that were deleted. */
  changes(): readonly RowWrite[] {
    const removed = [...this.#changed].flatMap(([key, row]) => (row === undefined ? [splitKey(key)] : []));
    const changed = [...this.#changed.values()].filter((row) => row !== undefined);
    return [this.table.upsert(changed), this.table.delete(removed)];
  }
}

/** No column of a key holds a line break. */
const SEPARATOR = '\n';
const joinKey = (key: readonly string[]): string => (key.length === 1 ? key[0]! : key.join(SEPARATOR));
const splitKey = (key: string): string[] => key.split(SEPARATOR);

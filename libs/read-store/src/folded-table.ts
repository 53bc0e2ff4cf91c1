import { sql, type Kysely, type RawBuilder } from 'kysely';
import { selectRows, type RowWrite } from './row-writes.js';
import type { AnyTables } from './schema.js';

/** How an upsert sets a column of a row that exists: to the new value; only if that is not null; or to the sum, the least or the greatest of both. */
type Update = 'replace' | 'keepIfNull' | 'add' | 'least' | 'greatest';

const updateToSql: Record<Update, (added: RawBuilder<unknown>, existing: RawBuilder<unknown>) => RawBuilder<unknown>> =
  {
    replace: (added) => added,
    keepIfNull: (added, existing) => sql`coalesce(${added}, ${existing})`,
    add: (added, existing) => sql`${existing} + ${added}`,
    least: (added, existing) => sql`least(${existing}, ${added})`,
    greatest: (added, existing) => sql`greatest(${existing}, ${added})`,
  };

interface TableOptions<Row, Key extends keyof Row> {
  readonly name: string;
  /** The columns of the primary key; of type text where rows are loaded. */
  readonly key: readonly Key[];
  /** All other columns; a forgotten one does not compile. */
  readonly columns: Readonly<Record<Exclude<keyof Row, Key>, Update>>;
}

/** A table whose rows a transaction loads by their keys, changes in memory, and writes back, each row once. */
export class FoldedTable<Row extends object, Key extends keyof Row = keyof Row> {
  constructor(private readonly options: TableOptions<Row, Key>) {}

  /** Returns rows of this table that a transaction folds; none is loaded yet. */
  rows(): FoldedRows<Row, Key> {
    return new FoldedRows(this);
  }

  /** Finds the rows with these keys, each key as the values of its columns. */
  async find(db: Kysely<AnyTables>, keys: readonly (readonly string[])[]): Promise<Row[]> {
    if (keys.length === 0) return [];
    const { rows } = await sql<Row>`
      select * from ${sql.table(this.options.name)} where ${this.isOneOf(keys)}`.execute(db);
    return rows;
  }

  /**
   * Returns an insert of rows that updates those that exist. No two rows may have the same key.
   * @param toJson returns the rows from one index to before another, as a JSON array
   */
  upsert(count: number, toJson: (from: number, to: number) => string): RowWrite {
    const { name, key, columns } = this.options;
    const toColumns = (names: readonly PropertyKey[]) => sql.join(names.map((column) => sql.ref(String(column))));
    const updates = Object.entries<Update>(columns).map(([column, update]) =>
      updateToSql[update](sql.ref(`excluded.${column}`), sql.ref(`${name}.${column}`)),
    );
    return {
      count,
      toSql: (from, to) => sql`
        insert into ${sql.table(name)} ${selectRows(name, toJson(from, to))} on conflict (${toColumns(key)})
        do update set (${toColumns(Object.keys(columns))}) = row(${sql.join(updates)})`,
    };
  }

  /** Returns a deletion of the rows with these keys. */
  delete(keys: readonly (readonly string[])[]): RowWrite {
    return {
      count: keys.length,
      toSql: (from, to) => sql`delete from ${sql.table(this.options.name)} where ${this.isOneOf(keys.slice(from, to))}`,
    };
  }

  /** Returns the key of a row. */
  keyOf(row: Row): readonly string[] {
    return this.options.key.map((column) => row[column] as string);
  }

  private isOneOf(keys: readonly (readonly string[])[]): RawBuilder<boolean> {
    const columns = this.options.key.map((column) => sql.ref(String(column)));
    const values = columns.map((_, index) => sql`${keys.map((key) => key[index]!)}::text[]`);
    if (columns.length === 1) return sql`${columns[0]!} = any(${values[0]!})`;
    return sql`(${sql.join(columns)}) in (select * from unnest(${sql.join(values)}))`;
  }
}

/**
 * The rows of a table that a transaction has loaded, and its changes to them. The rows of the last {@link load} are objects;
 * changed ones from before are kept as JSON, which takes a third of the memory.
 */
export class FoldedRows<Row extends object, Key extends keyof Row = keyof Row> {
  /** `undefined`: absent or deleted. */
  readonly #rows = new Map<string, Row | undefined>();
  /** The keys of the rows in `#rows` that were changed. */
  readonly #changed = new Set<string>();
  /** Further rows that were changed; `undefined`: deleted. */
  readonly #packed = new Map<string, string | undefined>();
  #packedLength = 0;

  /** @internal see {@link FoldedTable.rows} */
  constructor(private readonly table: FoldedTable<Row, Key>) {}

  /** How many characters the rows of former loads take. */
  get size(): number {
    return this.#packedLength;
  }

  /** Loads the rows with these keys, each key as the values of its columns. Former rows can't be read any more until they are loaded again. */
  async load(db: Kysely<AnyTables>, keys: Iterable<readonly string[]>): Promise<void> {
    this.#pack();
    this.#rows.clear();
    const missing: (readonly string[])[] = [];
    for (const key of keys) {
      const name = joinKey(key);
      if (this.#rows.has(name)) continue;
      this.#rows.set(name, undefined);
      if (this.#packed.has(name)) this.#unpack(name);
      else missing.push(key);
    }
    for (const row of await this.table.find(db, missing)) this.#rows.set(joinKey(this.table.keyOf(row)), row);
  }

  /** Returns the row with this key as it is after the changes so far; undefined if there is none. */
  get(...key: readonly string[]): Row | undefined {
    return this.#rows.get(joinKey(key));
  }

  /** Adds or replaces a row. */
  set(row: Row): void {
    const name = joinKey(this.table.keyOf(row));
    this.#rows.set(name, row);
    this.#changed.add(name);
  }

  /** Changes columns of a row; does nothing if there is none. */
  update(key: readonly string[], change: (row: Row) => Partial<Row>): void {
    const row = this.get(...key);
    if (row) this.set({ ...row, ...change(row) });
  }

  /** Deletes the row with this key. */
  delete(...key: readonly string[]): void {
    const name = joinKey(key);
    this.#rows.set(name, undefined);
    this.#changed.add(name);
  }

  /** Returns a row that was changed, also one of a former load. */
  findChanged(...key: readonly string[]): Row | undefined {
    const name = joinKey(key);
    if (this.#rows.has(name)) return this.#rows.get(name);
    const packed = this.#packed.get(name);
    return packed === undefined ? undefined : (JSON.parse(packed) as Row);
  }

  /** Returns what to write: the rows that were changed, and those that were deleted. */
  changes(): readonly RowWrite[] {
    this.#pack();
    const texts = [...this.#packed.values()].filter((text) => text !== undefined);
    const deleted = [...this.#packed].flatMap(([name, text]) => (text === undefined ? [splitKey(name)] : []));
    const toJson = (from: number, to: number) => `[${texts.slice(from, to).join(',')}]`;
    return [this.table.upsert(texts.length, toJson), this.table.delete(deleted)];
  }

  #pack(): void {
    for (const name of this.#changed) {
      const row = this.#rows.get(name);
      const text = row && JSON.stringify(row);
      this.#packedLength += (text?.length ?? 0) - (this.#packed.get(name)?.length ?? 0);
      this.#packed.set(name, text);
    }
    this.#changed.clear();
  }

  #unpack(name: string): void {
    const text = this.#packed.get(name);
    this.#packed.delete(name);
    this.#packedLength -= text?.length ?? 0;
    this.#rows.set(name, text === undefined ? undefined : (JSON.parse(text) as Row));
    this.#changed.add(name);
  }
}

/** No column of a key holds a line break. */
const SEPARATOR = '\n';
const joinKey = (key: readonly string[]): string => (key.length === 1 ? key[0]! : key.join(SEPARATOR));
const splitKey = (key: string): string[] => key.split(SEPARATOR);

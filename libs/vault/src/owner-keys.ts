import { createHmac, randomBytes, type KeyObject } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { LruCache } from '#libs/kernel';
import { inList, sql, type Engine } from './engine/engine.js';
import type { RowMacs } from './row-macs.js';
import { unwrap, wrap } from './wrapping.js';

/** The owner of a key: any subject or actor of an event with personal data, or an account and a month, `period:<account>:<YYYY-MM>`. */
export type KeyOwner = `${'user' | 'account' | 'service' | 'operator' | 'period'}:${string}`;

/** An opaque name of an owner, see {@link OwnerKeys.hide}. */
export type HiddenOwner = `key:${string}`;

/** How many unwrapped keys are held in memory; constant. */
const maxCachedKeys = 10_000;

/** Returns an opaque name of an owner, always the same: a keyed hash. */
const hideOwner = (owner: KeyOwner, hashKey: KeyObject): HiddenOwner =>
  `key:${createHmac('sha256', hashKey).update(`key-id\0${owner}`).digest('hex').slice(0, 32)}`;

/** Adds the opaque names of the owners to a vault. It belongs to a migration and runs in its transaction. */
export function addHiddenOwners(db: DatabaseSync, hashKey: KeyObject): void {
  db.exec('ALTER TABLE owner_key ADD COLUMN hidden_owner TEXT');
  const save = db.prepare('UPDATE owner_key SET hidden_owner = ? WHERE owner = ?');
  for (const { owner } of db.prepare('SELECT owner FROM owner_key').all() as { owner: KeyOwner }[])
    save.run(hideOwner(owner, hashKey), owner);
  db.exec('CREATE UNIQUE INDEX owner_key_hidden_owner ON owner_key (hidden_owner)');
}

/** How many keys are read with one query; constant. */
const maxReadTogether = 256;

interface KeyRow {
  readonly owner: KeyOwner;
  readonly hidden: HiddenOwner;
  readonly box: Uint8Array | null;
}

/** The keys that seal personal data, one per owner, wrapped by the vault key. */
export class OwnerKeys {
  private readonly cache = new LruCache<string, Buffer>(maxCachedKeys);
  /** Keys that are being created, by owner. */
  private readonly pending = new Map<string, Promise<Buffer>>();

  /** @internal part of the vault */
  constructor(
    private readonly engine: Engine,
    private readonly vaultKey: KeyObject,
    private readonly hashKey: KeyObject,
    private readonly macs: Pick<RowMacs, 'countForeignRow'>,
  ) {}

  /**
   * Returns the owner's key and creates it if there is none; a new key is on disk (fsynced) before the promise resolves.
   * @throws Error if the owner was erased
   */
  async findOrCreate(owner: KeyOwner): Promise<Buffer> {
    const cached = this.cache.get(owner) ?? this.pending.get(owner);
    if (cached) return cached;
    const created = this.readOrCreate(owner);
    this.pending.set(owner, created);
    try {
      return await created;
    } finally {
      this.pending.delete(owner);
    }
  }

  /** Returns the keys of several owners; no entry for an owner whose key was never created, or whose row is foreign. */
  async findAll(owners: Iterable<KeyOwner | HiddenOwner>): Promise<Map<string, Buffer | 'erased'>> {
    const keys = new Map<string, Buffer | 'erased'>();
    const missing: (KeyOwner | HiddenOwner)[] = [];
    for (const owner of new Set(owners)) {
      const cached = this.cache.get(owner);
      if (cached) keys.set(owner, cached);
      else missing.push(owner);
    }
    while (missing.length > 0)
      for (const [name, row] of await this.read(missing.splice(0, maxReadTogether))) {
        try {
          keys.set(name, this.open(name, row));
        } catch {
          this.macs.countForeignRow('owner_key');
        }
      }
    return keys;
  }

  /** Returns an opaque name of the owner, always the same, which {@link findAll} understands once the owner has a key. */
  hide(owner: KeyOwner): HiddenOwner {
    return hideOwner(owner, this.hashKey);
  }

  /** Returns whether any key was ever created. */
  async exist(): Promise<boolean> {
    return (await this.engine.query(sql('SELECT 1 FROM owner_key LIMIT 1'))).length > 0;
  }

  private async readOrCreate(owner: KeyOwner): Promise<Buffer> {
    let row = (await this.read([owner])).get(owner);
    if (!row) {
      const box = wrap(randomBytes(32), this.vaultKey, owner);
      const add = 'INSERT INTO owner_key (owner, hidden_owner, box) VALUES (?, ?, ?) ON CONFLICT DO NOTHING';
      const [added] = await this.engine.run([sql(add, owner, this.hide(owner), box)]);
      // Another server may have been faster: then the key is the one that it has stored.
      row = added === 0 ? (await this.read([owner])).get(owner)! : { owner, hidden: this.hide(owner), box };
    }
    const key = this.open(owner, row);
    if (key === 'erased') throw new Error(`${owner} is erased: nothing can be sealed for them again`);
    return key;
  }

  /** Reads the rows of up to {@link maxReadTogether} owners, by the names that were asked for. */
  private async read(names: readonly (KeyOwner | HiddenOwner)[]): Promise<Map<string, KeyRow>> {
    const rows = new Map<string, KeyRow>();
    const hidden = names.filter((name) => name.startsWith('key:'));
    const owners = names.filter((name) => !name.startsWith('key:'));
    for (const [column, asked] of [
      ['owner', owners],
      ['hidden_owner', hidden],
    ] as const) {
      if (asked.length === 0) continue;
      const { text, values } = inList(asked);
      const select = `SELECT owner, hidden_owner AS hidden, box FROM owner_key WHERE ${column} IN ${text}`;
      for (const row of await this.engine.query<KeyRow>(sql(select, ...values)))
        rows.set(column === 'owner' ? row.owner : row.hidden, row);
    }
    return rows;
  }

  /** Returns the key in a row, and caches it. Throws an Error if the row is foreign. */
  private open(name: string, { owner, box }: KeyRow): Buffer | 'erased' {
    if (!box) return 'erased';
    const key = unwrap(box, this.vaultKey, owner);
    this.cache.set(name, key);
    return key;
  }
}

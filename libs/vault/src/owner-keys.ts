import { createHmac, randomBytes, type KeyObject } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LruCache } from '#libs/kernel';
import type { RowMacs } from './row-macs.js';
import { unwrap, wrap } from './wrapping.js';
import type { WriteBatch } from './write-batch.js';

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

/** The keys that seal personal data, one per owner, wrapped by the vault key. */
export class OwnerKeys {
  private readonly cache = new LruCache<string, Buffer>(maxCachedKeys);
  /** Keys that are being created, by owner. */
  private readonly pending = new Map<string, Promise<Buffer>>();
  private readonly statements: Record<'find' | 'findHidden' | 'add' | 'findAny', StatementSync>;

  /** @internal part of the vault */
  constructor(
    db: DatabaseSync,
    private readonly vaultKey: KeyObject,
    private readonly writes: WriteBatch,
    private readonly hashKey: KeyObject,
    private readonly macs: Pick<RowMacs, 'countForeignRow'>,
  ) {
    this.statements = {
      find: db.prepare('SELECT owner, box FROM owner_key WHERE owner = ?'),
      findHidden: db.prepare('SELECT owner, box FROM owner_key WHERE hidden_owner = ?'),
      add: db.prepare('INSERT INTO owner_key (owner, hidden_owner, box) VALUES (?, ?, ?)'),
      findAny: db.prepare('SELECT 1 FROM owner_key LIMIT 1'),
    };
  }

  /**
   * Returns the owner's key and creates it if there is none; a new key is on disk (fsynced) before the promise resolves.
   * @throws Error if the owner was erased
   */
  async findOrCreate(owner: KeyOwner): Promise<Buffer> {
    const found = this.find(owner);
    if (found === 'erased') throw new Error(`${owner} is erased: nothing can be sealed for them again`);
    return found ?? this.pending.get(owner) ?? this.create(owner);
  }

  /** Returns the keys of several owners; no entry for an owner whose key was never created, or whose row is foreign. */
  async findAll(owners: Iterable<KeyOwner | HiddenOwner>): Promise<Map<string, Buffer | 'erased'>> {
    const keys = new Map<string, Buffer | 'erased'>();
    for (const owner of owners) {
      try {
        const key = this.find(owner);
        if (key) keys.set(owner, key);
      } catch {
        this.macs.countForeignRow('owner_key');
      }
    }
    return keys;
  }

  private find(owner: KeyOwner | HiddenOwner): Buffer | 'erased' | undefined {
    const cached = this.cache.get(owner);
    if (cached) return cached;
    const statement = owner.startsWith('key:') ? this.statements.findHidden : this.statements.find;
    const row = statement.get(owner) as { owner: string; box: Uint8Array | null } | undefined;
    if (!row) return undefined;
    if (!row.box) return 'erased';
    const key = unwrap(row.box, this.vaultKey, row.owner);
    this.cache.set(owner, key);
    return key;
  }

  /** Returns an opaque name of the owner, always the same, which {@link findAll} understands once the owner has a key. */
  hide(owner: KeyOwner): HiddenOwner {
    return hideOwner(owner, this.hashKey);
  }

  /** Returns whether any key was ever created. */
  exist(): boolean {
    return this.statements.findAny.get() !== undefined;
  }

  private async create(owner: KeyOwner): Promise<Buffer> {
    const key = randomBytes(32);
    const created = this.writes.add(() => {
      this.statements.add.run(owner, this.hide(owner), wrap(key, this.vaultKey, owner));
      return key;
    });
    this.pending.set(owner, created);
    try {
      await created;
      this.cache.set(owner, key);
      return key;
    } finally {
      this.pending.delete(owner);
    }
  }
}

import { randomBytes, type KeyObject } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { LruCache } from '#libs/kernel';
import { inTransaction } from './transaction.js';
import { unwrap, wrap } from './wrapping.js';

/** The owner of a key: any subject or actor of an event with personal data, or an account and a month, `period:<account>:<YYYY-MM>`. */
export type KeyOwner = `${'user' | 'account' | 'service' | 'operator' | 'period'}:${string}`;

/** How many unwrapped keys are held in memory; constant. */
const maxCachedKeys = 10_000;

/** The keys that seal personal data, one per owner, wrapped by the vault key. */
export class OwnerKeys {
  private readonly cache = new LruCache<string, Buffer>(maxCachedKeys);
  /** Keys that are being created, by owner. */
  private readonly pending = new Map<string, Promise<Buffer>>();
  private nextBatch: Promise<Map<string, Buffer>> | undefined;
  private readonly statements: Record<'find' | 'add' | 'findAny', StatementSync>;

  /** @internal part of the vault */
  constructor(
    private readonly db: DatabaseSync,
    private readonly vaultKey: KeyObject,
  ) {
    this.statements = {
      find: db.prepare('SELECT box FROM owner_key WHERE owner = ?'),
      add: db.prepare('INSERT INTO owner_key (owner, box) VALUES (?, ?)'),
      findAny: db.prepare('SELECT 1 FROM owner_key LIMIT 1'),
    };
  }

  /**
   * Returns the owner's key and creates it if there is none; a new key is on disk (fsynced) before the promise resolves.
   * Keys that are asked for in the same turn of the event loop are written in one transaction.
   * @throws Error if the owner was erased
   */
  async findOrCreate(owner: KeyOwner): Promise<Buffer> {
    const found = this.find(owner);
    if (found === 'erased') throw new Error(`${owner} is erased: nothing can be sealed for them again`);
    return found ?? this.create(owner);
  }

  /** Returns the owner's key, 'erased' if it was destroyed, or undefined if it was never created. */
  find(owner: KeyOwner): Buffer | 'erased' | undefined {
    const cached = this.cache.get(owner);
    if (cached) return cached;
    const row = this.statements.find.get(owner) as { box: Uint8Array | null } | undefined;
    if (!row) return undefined;
    if (!row.box) return 'erased';
    const key = unwrap(row.box, this.vaultKey, owner);
    this.cache.set(owner, key);
    return key;
  }

  /** Returns whether any key was ever created. */
  exist(): boolean {
    return this.statements.findAny.get() !== undefined;
  }

  private create(owner: KeyOwner): Promise<Buffer> {
    const pending = this.pending.get(owner);
    if (pending) return pending;
    this.nextBatch ??= setImmediate().then(() => this.createPending());
    const created = this.nextBatch.then((keys) => keys.get(owner)!);
    this.pending.set(owner, created);
    return created;
  }

  /** Creates all pending keys in one transaction: all of them or, with an error for each caller, none. */
  private createPending(): Map<string, Buffer> {
    const keys = new Map([...this.pending.keys()].map((owner) => [owner, randomBytes(32)] as const));
    this.pending.clear();
    this.nextBatch = undefined;
    inTransaction(this.db, () => {
      for (const [owner, key] of keys) this.statements.add.run(owner, wrap(key, this.vaultKey, owner));
    });
    for (const [owner, key] of keys) this.cache.set(owner, key);
    return keys;
  }
}

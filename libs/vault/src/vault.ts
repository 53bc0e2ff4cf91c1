import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { backupMac } from './backup-mac.js';
import { BulkDigests } from './bulk-digests.js';
import { LinkRequests } from './link-requests.js';
import { MailOutbox } from './mail-outbox.js';
import { PasswordHashes } from './password-hashes.js';
import { SessionStore } from './session-store.js';
import { inTransaction } from './transaction.js';
import { copyVaultFile, openVaultFile } from './vault-file.js';
import { PendingApprovals } from './pending-approvals.js';
import { unwrap, wrap } from './wrapping.js';

/** A key's owner: whoever can be a subject or an actor. */
export type KeyOwner = `${'user' | 'account' | 'service' | 'operator'}:${string}`;

/** What the hash is for; hashes of different purposes have nothing to do with each other. */
export type HashPurpose = 'email' | 'digest' | 'link' | 'device' | 'cookie';

const CACHED_KEYS = 10_000;
const CACHED_TOKENS = 10_000;

/**
 * Opens the vault `vault.db` (SQLite, mode 600) in a directory, or with `create` makes it where there is none.
 * @param options.key 32 bytes that wrap every key in it
 * @throws Error of one clear line: absent and not to be made, another key than the one it was made with, a foreign file
 */
export function openVault(options: { directory: string; key: Buffer; create: boolean }): Vault {
  const { directory, create } = options;
  if (options.key.length !== 32) throw new Error('the vault key must be 32 bytes');
  const key = createSecretKey(options.key);
  const db = openVaultFile(directory, create, (made) => {
    made.prepare('INSERT INTO secret (name, box) VALUES (?, ?)').run('hash', wrap(randomBytes(32), key, 'secret:hash'));
  });
  try {
    return new Vault(db, key, openHashKey(db, key));
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The vault's own key tells whether the wrapping one is right. */
function openHashKey(db: DatabaseSync, key: KeyObject): KeyObject {
  const row = db.prepare('SELECT box FROM secret WHERE name = ?').get('hash') as { box: Uint8Array };
  try {
    return createSecretKey(unwrap(row.box, key, 'secret:hash'));
  } catch {
    throw new Error('VAULT_KEY is not the key that this vault was made with');
  }
}

/** What must never be in the log and can't be rebuilt: the keys that seal personal data, and the hashes of what opens doors. */
export class Vault {
  /** Identifies this vault for ever (64 hexadecimal digits); discloses no key. */
  readonly fingerprint: string;

  readonly passwords: PasswordHashes;
  readonly sessions: SessionStore;
  readonly outbox: MailOutbox;
  readonly pendingApprovals: PendingApprovals;
  readonly linkRequests: LinkRequests;
  readonly bulkDigests: BulkDigests;

  private readonly cache = new Map<string, Buffer>();
  /** Ids of access tokens that were found, by hash: each request asks for one. */
  private readonly found = new Map<string, string>();
  private readonly making = new Map<string, Promise<Buffer>>();
  private readonly sealKey: KeyObject;
  private nextBatch: Promise<Map<string, Buffer>> | undefined;
  private readonly statements: Record<
    'findKey' | 'addKey' | 'saveTokenHash' | 'findTokenId' | 'deleteTokenHash',
    StatementSync
  >;

  /** @internal use {@link openVault} */
  constructor(
    private readonly db: DatabaseSync,
    private readonly key: KeyObject,
    private readonly hashKey: KeyObject,
  ) {
    this.fingerprint = this.hash('fingerprint', '');
    this.sealKey = createSecretKey(this.hash('seal', ''), 'hex');
    this.passwords = new PasswordHashes(db, key);
    this.sessions = new SessionStore(db);
    this.outbox = new MailOutbox(db);
    this.pendingApprovals = new PendingApprovals(db);
    this.linkRequests = new LinkRequests(db);
    this.bulkDigests = new BulkDigests(db);
    this.statements = {
      findKey: db.prepare('SELECT box FROM owner_key WHERE owner = ?'),
      addKey: db.prepare('INSERT INTO owner_key (owner, box) VALUES (?, ?)'),
      saveTokenHash: db.prepare('INSERT INTO token (hash, id) VALUES (?, ?)'),
      findTokenId: db.prepare('SELECT id FROM token WHERE hash = ?'),
      deleteTokenHash: db.prepare('DELETE FROM token WHERE id = ?'),
    };
  }

  /**
   * The owner's key, made where there is none and on disk (fsynced) before the promise resolves.
   * Those asked for in one turn of the event loop share a transaction.
   * @throws Error for an erased owner
   */
  async findOrCreateKey(owner: KeyOwner): Promise<Buffer> {
    const found = this.findKey(owner);
    if (found === 'erased') throw new Error(`${owner} is erased: nothing can be sealed for them again`);
    return found ?? this.make(owner);
  }

  /** The owner's key; 'erased' once it was destroyed; undefined if there never was one. */
  findKey(owner: KeyOwner): Buffer | 'erased' | undefined {
    const cached = this.cache.get(owner);
    if (cached) return this.remember(owner, cached);
    const row = this.statements.findKey.get(owner) as { box: Uint8Array | null } | undefined;
    if (!row) return undefined;
    return row.box ? this.remember(owner, unwrap(row.box, this.key, owner)) : 'erased';
  }

  /** Whether there are keys in it, of which each is made for an event. */
  hasOwnerKeys(): boolean {
    return this.db.prepare('SELECT 1 FROM owner_key LIMIT 1').get() !== undefined;
  }

  /** HMAC-SHA-256 (64 hexadecimal digits) under a key of the vault that never rotates. */
  hmac(purpose: HashPurpose, text: string): string {
    return this.hash(purpose, text);
  }

  /** Seals text for whoever carries it outside (AES-256-GCM under a key of the vault that never rotates), bound to `name`. */
  seal(text: string, name: string): Buffer {
    return wrap(Buffer.from(text), this.sealKey, name);
  }

  /** The reverse of {@link seal}. Throws where the box was not sealed here under this name. */
  unseal(box: Buffer, name: string): string {
    return unwrap(box, this.sealKey, name).toString();
  }

  /** Keeps an access token's SHA-256 (the token itself nobody keeps). Throws if the hash is there already. */
  keepToken(hash: string, tokenId: string): void {
    this.statements.saveTokenHash.run(hash, tokenId);
  }

  /** The id of the token with this SHA-256. */
  findToken(hash: string): string | undefined {
    const known = this.found.get(hash);
    if (known) return known;
    const row = this.statements.findTokenId.get(hash) as { id: string } | undefined;
    if (!row) return undefined;
    if (this.found.size >= CACHED_TOKENS) this.found.clear();
    this.found.set(hash, row.id);
    return row.id;
  }

  /** Repeatable. */
  forgetToken(tokenId: string): void {
    this.statements.deleteTokenHash.run(tokenId);
    for (const [hash, id] of this.found) if (id === tokenId) this.found.delete(hash);
  }

  /**
   * Copies the vault as it is now to `file`, made with mode 600 and synced; all goes on meanwhile.
   * @throws Error if it can't be written or `signal` aborts; a part of it may then lie there
   */
  copyTo(file: string, signal?: AbortSignal): Promise<void> {
    return copyVaultFile(this.db.location()!, file, signal);
  }

  /** The MAC of what a backup says about itself, by which a restore knows this installation's. */
  backupMac(text: string): string {
    return backupMac(this.key, text);
  }

  /** Sets processes that are beyond `position` back to it: in a restored log other events follow there. */
  lowerCheckpoints(position: number): void {
    this.db.prepare('UPDATE process SET position = ? WHERE position > ?').run(position, position);
  }

  close(): void {
    this.db.close();
  }

  private hash(purpose: string, text: string): string {
    return createHmac('sha256', this.hashKey).update(`${purpose}\0${text}`).digest('hex');
  }

  /** Kept in the order of last use; the longest unused goes first. */
  private remember(owner: string, key: Buffer): Buffer {
    this.cache.delete(owner);
    this.cache.set(owner, key);
    if (this.cache.size > CACHED_KEYS) this.cache.delete(this.cache.keys().next().value!);
    return key;
  }

  private make(owner: KeyOwner): Promise<Buffer> {
    const underWay = this.making.get(owner);
    if (underWay) return underWay;
    this.nextBatch ??= setImmediate().then(() => this.commit());
    const made = this.nextBatch.then((keys) => keys.get(owner)!);
    this.making.set(owner, made);
    return made;
  }

  /** Makes the keys that were asked for, in one transaction: all of them or, with an error for each, none. */
  private commit(): Map<string, Buffer> {
    const keys = new Map([...this.making.keys()].map((owner) => [owner, randomBytes(32)] as const));
    this.making.clear();
    this.nextBatch = undefined;
    inTransaction(this.db, () => {
      for (const [owner, key] of keys) this.statements.addKey.run(owner, wrap(key, this.key, owner));
    });
    for (const [owner, key] of keys) this.remember(owner, key);
    return keys;
  }
}

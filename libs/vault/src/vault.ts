import { createHmac, type KeyObject } from 'node:crypto';
import { MemoryRateLimits, type SharedRateLimits } from '#libs/kernel';
import { AddressStreams } from './address-streams.js';
import { ApprovalNotices } from './approval-notices.js';
import { backupMac } from './backup-mac.js';
import { BulkDigests } from './bulk-digests.js';
import type { Engine } from './engine/engine.js';
import type { Build } from './event-formats.js';
import { LeakResponse } from './leak-response.js';
import { LinkRequests } from './link-requests.js';
import { LogKeys } from './log-keys.js';
import { LogRow } from './log-row.js';
import { MailOutbox } from './mail-outbox.js';
import { OwnerKeys, type HiddenOwner, type KeyOwner } from './owner-keys.js';
import { PasswordHashes } from './password-hashes.js';
import { PendingApprovals } from './pending-approvals.js';
import { ReplaceableKeys } from './replaceable-keys.js';
import { RowMacs, type AuthenticatedTable } from './row-macs.js';
import { ServerRegistration, countServers } from './server-registration.js';
import { SessionStore } from './session-store.js';
import { SoleWork } from './sole-work.js';
import { StoredRateLimits } from './stored-rate-limits.js';
import { TokenHashes } from './token-hashes.js';
import { TokenUses } from './token-uses.js';
import { WitnessRecord } from './witness-record.js';
import { unwrap, wrap } from './wrapping.js';
import { WrittenFormats } from './written-formats.js';

/** What a hash is used for. The same text has unrelated hashes for different purposes. */
export type HashPurpose = 'email' | 'digest' | 'request' | 'link' | 'device' | 'cookie';

/** Which key makes the hashes of a purpose: the one that never changes, or that of what clients hold. */
const keyOfPurpose: Record<HashPurpose, 'hashes' | 'clients'> = {
  email: 'hashes',
  digest: 'hashes',
  request: 'hashes',
  cookie: 'hashes',
  link: 'clients',
  device: 'clients',
};

/**
 * Stores what must not be in the log and can't be rebuilt from it: the keys that seal personal data, the hashes of
 * passwords and tokens, sessions, and the outbox of mails. In a SQLite file, or in PostgreSQL for several servers.
 */
export class Vault {
  /** Identifies this vault (64 hexadecimal digits); never changes and discloses no key. */
  readonly fingerprint: string;

  /** The keys that authenticate the events of the log. */
  readonly authentication: LogKeys;
  /** How much of the log was seen, and which events in it are foreign. */
  readonly witness: WitnessRecord;
  /** Which stream holds the claims of an address. */
  readonly addresses: AddressStreams;
  readonly tokens: TokenHashes;
  readonly tokenUses: TokenUses;
  readonly passwords: PasswordHashes;
  readonly sessions: SessionStore;
  readonly outbox: MailOutbox;
  readonly pendingApprovals: PendingApprovals;
  readonly approvalNotices: ApprovalNotices;
  readonly linkRequests: LinkRequests;
  readonly bulkDigests: BulkDigests;
  readonly writtenFormats: WrittenFormats;
  readonly leakResponse: LeakResponse;

  private readonly row: LogRow;
  private readonly ownerKeys: OwnerKeys;
  private readonly keys: ReplaceableKeys;
  private readonly rowMacs: RowMacs;

  /** @internal use `openVault` */
  constructor(
    private readonly engine: Engine,
    private readonly key: KeyObject,
    private readonly hashKey: KeyObject,
    about: { readonly row: LogRow; readonly witness: WitnessRecord },
  ) {
    this.row = about.row;
    this.fingerprint = this.hash('fingerprint', '');
    this.keys = new ReplaceableKeys(about.row, hashKey);
    this.authentication = new LogKeys(about.row, this.hash('event-id', ''));
    this.witness = about.witness;
    this.rowMacs = new RowMacs(hashKey, this.keys);
    this.ownerKeys = new OwnerKeys(engine, key, hashKey, this.rowMacs);
    this.addresses = new AddressStreams(engine, this.rowMacs, about.row);
    this.tokens = new TokenHashes(engine, this.rowMacs);
    this.tokenUses = new TokenUses(engine);
    this.passwords = new PasswordHashes(engine, key, this.rowMacs);
    this.sessions = new SessionStore(engine, this.rowMacs);
    this.outbox = new MailOutbox(engine, this.rowMacs);
    this.pendingApprovals = new PendingApprovals(engine);
    this.approvalNotices = new ApprovalNotices(engine);
    this.linkRequests = new LinkRequests(engine);
    this.bulkDigests = new BulkDigests(engine);
    this.writtenFormats = new WrittenFormats(engine);
    this.leakResponse = new LeakResponse(about.row);
  }

  /** @internal use `openVault` */
  static async load(engine: Engine, key: KeyObject, hashKey: KeyObject): Promise<Vault> {
    const row = await LogRow.load(engine, key);
    return new Vault(engine, key, hashKey, { row, witness: await WitnessRecord.load(engine, key, row) });
  }

  /**
   * How many times a row was read since the vault was opened that was inserted or changed without the vault key, by table. For
   * `process`, also how often the row was missing. All are 0 unless somebody has changed the file.
   */
  get foreignRows(): Readonly<Record<AuthenticatedTable, number>> {
    return this.rowMacs.foreignRows;
  }

  /** Returns the owner's key and creates it if there is none, see {@link OwnerKeys.findOrCreate}. */
  findOrCreateKey(owner: KeyOwner): Promise<Buffer> {
    return this.ownerKeys.findOrCreate(owner);
  }

  /** Returns the keys of several owners: 'erased' if it was destroyed, no entry if it was never created or its row is foreign. */
  findKeys(owners: Iterable<KeyOwner | HiddenOwner>): Promise<Map<string, Buffer | 'erased'>> {
    return this.ownerKeys.findAll(owners);
  }

  /** Returns an opaque name of the owner, always the same, which {@link findKeys} understands as well. */
  hideOwner(owner: KeyOwner): HiddenOwner {
    return this.ownerKeys.hide(owner);
  }

  /** Returns whether any owner's key was ever created, which happens with the first event that is sealed. */
  hasOwnerKeys(): Promise<boolean> {
    return this.ownerKeys.exist();
  }

  /** Returns the HMAC-SHA-256 of a text (64 hexadecimal digits), under a key of the vault. Only a leak changes those of links and devices. */
  hmac(purpose: HashPurpose, text: string): string {
    return this.hash(purpose, text, keyOfPurpose[purpose] === 'clients' ? this.keys.clients.sign : this.hashKey);
  }

  /** Encrypts a text that a client keeps for us (AES-256-GCM, under a key of the vault that only a leak changes), bound to `name`. */
  seal(text: string, name: string): Buffer {
    return wrap(Buffer.from(text), this.keys.clients.seal, name);
  }

  /** Decrypts what {@link seal} returned. Throws if it was not sealed by this vault under this name. */
  unseal(box: Buffer, name: string): string {
    return unwrap(box, this.keys.clients.seal, name).toString();
  }

  /**
   * Copies the vault as it is now to a new file (mode 600, synced). Other calls go on meanwhile.
   * @throws Error if the file can't be written or `signal` aborts; then an incomplete file may remain
   */
  copyTo(file: string, signal?: AbortSignal): Promise<void> {
    return this.engine.copyTo(file, signal);
  }

  /** Returns the MAC of a backup's manifest, by which a restore checks that the backup is of this installation. */
  backupMac(text: string): string {
    return backupMac(this.key, text);
  }

  /** Lowers every checkpoint that is beyond `position` to it. A restored log continues there with other events. */
  lowerCheckpoints(position: number): Promise<void> {
    return this.outbox.lowerCheckpoint(position);
  }

  /**
   * Starts to follow what other servers change in the vault, until the result is closed.
   * @param onProblem is called with each failure
   */
  watch(onProblem: (error: unknown) => void): { close(): Promise<void> } {
    return this.engine.watch(() => this.row.refresh(), onProblem);
  }

  /**
   * Returns work that only one of the servers that share this vault does at a time, by its name. If no other server can share
   * the vault, the work is always done here.
   * @param holder names this server, the same after a restart: so it need not wait for its own leases
   */
  soleWork(name: string, holder: string, onProblem: (error: unknown) => void): SoleWork {
    return new SoleWork(this.engine.lease({ name, holder }), onProblem);
  }

  /**
   * Returns the entry of this server among those that share the vault.
   * @param holder names this server, the same after a restart
   */
  createRegistration(holder: string, build: Build): ServerRegistration {
    return new ServerRegistration(this.engine, this.writtenFormats, { holder, build });
  }

  /** Returns the rate limits of the installation, which all its servers share. */
  rateLimits(now: () => Date): SharedRateLimits {
    if (!this.engine.isShared) return new MemoryRateLimits(now);
    return new StoredRateLimits(this.engine, (key) => this.hash('rate-limit', key), now);
  }

  /** Returns how many servers share this vault now; 0 for a vault in a file, which one server has to itself. */
  countServers(): Promise<number> {
    return countServers(this.engine);
  }

  /** Waits for the writes that were begun, and closes the database. */
  close(): Promise<void> {
    return this.engine.close();
  }

  private hash(purpose: string, text: string, key = this.hashKey): string {
    return createHmac('sha256', key).update(`${purpose}\0${text}`).digest('hex');
  }
}

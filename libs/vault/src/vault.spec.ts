import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { convertToVaultWithoutRowMacs } from '../../../test/support/old-vault.js';
import { loadVaultKey, openVault, vaultExists, type Vault } from './index.js';

const key = Buffer.alloc(32, 7);
const modeOf = (file: string): number => statSync(file).mode & 0o777;

let directory: string;
let open: Vault[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'vault-'));
  open = [];
});
afterEach(async () => {
  for (const vault of open) await vault.close();
  rmSync(directory, { recursive: true });
});

async function vaultOf(options: { key?: Buffer; create?: boolean } = {}): Promise<Vault> {
  const vault = await openVault({ directory, key, create: true, ...options });
  open.push(vault);
  return vault;
}

async function reopened(vault: Vault): Promise<Vault> {
  open.pop();
  await vault.close();
  return await vaultOf({ create: false });
}

/** Deletes a key, as erasing a person will. */
function bury(owner: string): void {
  const db = new DatabaseSync(join(directory, 'vault.db'));
  db.prepare("UPDATE owner_key SET box = NULL, erased_at = '2026-01-15T12:00:00.000Z' WHERE owner = ?").run(owner);
  db.close();
}

describe('the vault', () => {
  it('opens again with the same keys, hashes and fingerprint', async () => {
    expect(vaultExists(directory)).toBe(false);
    const vault = await vaultOf();
    const user = await vault.findOrCreateKey('user:1');
    const { fingerprint } = vault;
    const hash = vault.hmac('email', 'ann@example.com');
    expect(vaultExists(directory)).toBe(true);

    const again = await reopened(vault);
    expect((await again.findKeys(['user:1'])).get('user:1')).toEqual(user);
    expect(await again.findOrCreateKey('user:1')).toEqual(user);
    expect([again.fingerprint, again.hmac('email', 'ann@example.com')]).toEqual([fingerprint, hash]);
  });

  it('knows the first request of a bulk, also in a vault of an older build', async () => {
    const older = await vaultOf();
    const db = new DatabaseSync(join(directory, 'vault.db'));
    db.exec('DROP TABLE bulk_key; PRAGMA user_version = 4');
    db.close();
    const vault = await reopened(older);
    expect([await vault.bulkDigests.findOrSave('c1', 'one'), await vault.bulkDigests.findOrSave('c2', 'two')]).toEqual([
      'one',
      'two',
    ]);
    expect(await (await reopened(vault)).bulkDigests.findOrSave('c1', 'another')).toBe('one');
  });

  it('is created only on request, and never over the file of another application', async () => {
    await expect(vaultOf({ create: false })).rejects.toThrow(/there is no vault at .*vault\.db/);
    writeFileSync(join(directory, 'vault.db'), 'something else entirely');
    await expect(vaultOf()).rejects.toThrow(/vault\.db is not a vault/);
    expect(readFileSync(join(directory, 'vault.db'), 'utf8')).toBe('something else entirely');
  });

  it('refuses the database of another application', async () => {
    new DatabaseSync(join(directory, 'vault.db')).exec('CREATE TABLE anything (x)');
    await expect(vaultOf()).rejects.toThrow(/vault\.db is not a vault/);
  });

  it('is created again if its creation was interrupted', async () => {
    writeFileSync(join(directory, 'vault.db'), '');
    writeFileSync(join(directory, 'vault.db.new'), 'half of it');
    expect(vaultExists(directory)).toBe(false);
    expect((await vaultOf()).fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it('refuses another VAULT_KEY than the one it was created with', async () => {
    await vaultOf();
    await expect(vaultOf({ key: Buffer.alloc(32, 8) })).rejects.toThrow('VAULT_KEY is not the key');
  });

  it('can be read by its owner only', async () => {
    await (await vaultOf()).findOrCreateKey('user:1');
    expect(['vault.db', 'vault.db-wal', 'vault.db-shm'].map((file) => modeOf(join(directory, file)))).toEqual([
      0o600, 0o600, 0o600,
    ]);
  });

  it('holds no key in clear', async () => {
    const vault = await vaultOf();
    const user = await vault.findOrCreateKey('user:1');
    const bytes = Buffer.concat(['vault.db', 'vault.db-wal'].map((file) => readFileSync(join(directory, file))));
    expect([bytes.includes(user), bytes.includes(vault.fingerprint), bytes.includes('user:1')]).toEqual([
      false,
      false,
      true,
    ]);
  });
});

describe('keys', () => {
  it('are the same for one owner, also for concurrent calls, and differ between owners', async () => {
    const vault = await vaultOf();
    const owners = Array.from({ length: 200 }, (_, n) => `user:${n % 50}` as const);
    const keys = await Promise.all(owners.map((owner) => vault.findOrCreateKey(owner)));
    expect(new Set(keys.map((made) => made.toString('hex'))).size).toBe(50);
    const again = await reopened(vault);
    const found = await again.findKeys(owners);
    expect(owners.map((owner) => found.get(owner))).toEqual(keys);
  });

  it('are not found before they are created, and never created for erased owners', async () => {
    const vault = await vaultOf();
    await vault.findOrCreateKey('user:1');
    bury('user:1');
    const again = await reopened(vault);
    expect(await again.findKeys(['user:1', 'user:2'])).toEqual(new Map([['user:1', 'erased']]));
    await expect(again.findOrCreateKey('user:1')).rejects.toThrow('user:1 is erased');
  });

  it('can not be used as the key of another owner', async () => {
    const vault = await vaultOf();
    await Promise.all([vault.findOrCreateKey('user:1'), vault.findOrCreateKey('user:2')]);
    const db = new DatabaseSync(join(directory, 'vault.db'));
    db.exec("UPDATE owner_key SET box = (SELECT box FROM owner_key WHERE owner = 'user:2') WHERE owner = 'user:1'");
    db.close();
    const again = await reopened(vault);
    expect(await again.findKeys(['user:1'])).toEqual(new Map());
    expect(again.foreignRows.owner_key).toBe(1);
    await expect(again.findOrCreateKey('user:1')).rejects.toThrow();
  });
});

test('hashes are keyed and stable, and differ by purpose', async () => {
  const vault = await vaultOf();
  expect(vault.hmac('email', 'a')).toMatch(/^[0-9a-f]{64}$/);
  expect(
    new Set([vault.hmac('email', 'a'), vault.hmac('email', 'a'), vault.hmac('email', 'b'), vault.hmac('digest', 'a')])
      .size,
  ).toBe(3);
});

test('access tokens are found by their hash until they are deleted', async () => {
  const vault = await vaultOf();
  await vault.tokens.save('h1', 'token-1');
  await vault.tokens.save('h2', 'token-2');
  const again = await reopened(vault);
  expect(await again.tokens.findTokenId('h1')).toBe('token-1');
  await again.tokens.delete('token-1');
  await again.tokens.delete('token-1');
  expect([
    await again.tokens.findTokenId('h1'),
    await again.tokens.findTokenId('h2'),
    await again.tokens.findTokenId('h3'),
  ]).toEqual([undefined, 'token-2', undefined]);
});

describe('a vault of an older version', () => {
  const columns = ['started_at', 'authenticated_at', 'authenticated_by'];
  const read = (): unknown[] => {
    const db = new DatabaseSync(join(directory, 'vault.db'));
    const rows = db.prepare(`SELECT ${columns.join(', ')}, kind FROM session ORDER BY started_at`).all();
    db.close();
    return rows.map((row) => Object.values(row as object));
  };
  /** Converts the vault to version 1, with two sessions in it. */
  const makeOld = async (): Promise<void> => {
    await (await vaultOf()).close();
    open.pop();
    const db = new DatabaseSync(join(directory, 'vault.db'));
    convertToVaultWithoutRowMacs(db, key);
    db.exec(`ALTER TABLE session DROP COLUMN authenticated_at; ALTER TABLE session DROP COLUMN authenticated_by; PRAGMA user_version = 1;
      INSERT INTO session (hash, id, holder, kind, revision, started_at, used_at, agent) VALUES ('h1', 's1', 'ann', 'user', 0, 1000, 5000, ''), ('h2', 's2', 't1', 'access-token', 0, 2000, 6000, '')`);
    db.close();
  };

  it('SESSION-6: keeps its sessions, which count as authenticated when they began', async () => {
    await makeOld();
    const vault = await vaultOf({ create: false });
    expect(await vault.sessions.find('h1')).toMatchObject({
      id: 's1',
      authenticatedAt: 1000,
      authenticatedBy: 'password',
    });
    await vault.sessions.recordAuthentication('s1', 7000, 'password');
    expect(await (await reopened(vault)).sessions.find('h1')).toMatchObject({ startedAt: 1000, authenticatedAt: 7000 });
    expect(read()).toEqual([
      [1000, 7000, 'password', 'user'],
      [2000, 2000, 'token', 'access-token'],
    ]);
  });

  it('is not changed if a step fails, and opens later', async () => {
    await makeOld();
    const db = new DatabaseSync(join(directory, 'vault.db'));
    db.exec('ALTER TABLE session ADD COLUMN authenticated_by TEXT');
    await expect(vaultOf({ create: false })).rejects.toThrow('duplicate column');
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    db.exec('ALTER TABLE session DROP COLUMN authenticated_by');
    db.close();
    expect(await (await vaultOf({ create: false })).sessions.find('h2')).toMatchObject({
      authenticatedAt: 2000,
      authenticatedBy: 'token',
    });
  });

  it('of a newer version is refused', async () => {
    await vaultOf();
    const db = new DatabaseSync(join(directory, 'vault.db'));
    db.exec('PRAGMA user_version = 99');
    db.close();
    await expect(vaultOf({ create: false })).rejects.toThrow('a vault of version 99, made by a newer build');
  });
});

describe('a snapshot', () => {
  it('is a vault with every earlier key, while other keys are created', async () => {
    const vault = await vaultOf();
    const owners = Array.from({ length: 5000 }, (_, nth) => `user:${nth}` as const);
    const keys = await Promise.all(owners.map((owner) => vault.findOrCreateKey(owner)));
    bury('user:0');
    const copy = join(directory, 'copy');
    mkdirSync(copy);
    const [made] = await Promise.all([vault.findOrCreateKey('user:later'), vault.copyTo(join(copy, 'vault.db'))]);
    await expect(vault.copyTo(join(copy, 'vault.db'))).rejects.toThrow('EEXIST');

    expect([modeOf(join(copy, 'vault.db')), readdirSync(copy)]).toEqual([0o600, ['vault.db']]);
    const copied = await openVault({ directory: copy, key, create: false });
    open.push(copied);
    expect(copied.fingerprint).toBe(vault.fingerprint);
    const found = await copied.findKeys(owners);
    expect(owners.map((owner) => found.get(owner))).toEqual(['erased', ...keys.slice(1)]);
    expect([undefined, made]).toContainEqual((await copied.findKeys(['user:later'])).get('user:later'));
    expect((await vault.findKeys(['user:later'])).get('user:later')).toEqual(made);
  });

  it('is aborted by a signal', async () => {
    const vault = await vaultOf();
    await Promise.all(Array.from({ length: 5000 }, (_, nth) => vault.findOrCreateKey(`user:${nth}`)));
    await expect(vault.copyTo(join(directory, 'copy'), AbortSignal.abort(new Error('given up')))).rejects.toThrow(
      'given up',
    );
  });
});

describe('the vault key', () => {
  const file = (): string => join(directory, 'keys', 'vault.key');

  it('is read from the setting, as hexadecimal digits or base64', async () => {
    const given = [key.toString('hex'), key.toString('base64'), ` ${key.toString('hex')}\n`];
    expect(given.map((value) => loadVaultKey({ value, file: file(), create: false }))).toEqual([key, key, key]);
  });

  it('is created at the first start and read at the next', async () => {
    const made = loadVaultKey({ file: file(), create: true });
    expect([made.length, modeOf(file())]).toEqual([32, 0o600]);
    expect(loadVaultKey({ file: file(), create: true })).toEqual(made);
  });

  it('is refused, and not shown, if it is not a valid key; also if it is absent', async () => {
    expect(() => loadVaultKey({ value: 'hunter2', file: file(), create: true })).toThrow(
      /^VAULT_KEY must be 64 hexadecimal digits or the base64 of 32 bytes$/,
    );
    expect(() => loadVaultKey({ file: file(), create: false })).toThrow(/vault\.key is absent/);
  });
});

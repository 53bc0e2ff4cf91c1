import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { v5 as uuidv5 } from 'uuid';
import {
  AccountDecider,
  EmailDomainDecider,
  accountEvent,
  accountEvents,
  emailDomainEvent,
  emailDomainEvents,
  type Account,
  type AccountEvent,
} from '#libs/accounts';
import { startEmbeddedEventStore, type EmbeddedEventStore } from '#libs/embedded-eventstore';
import { EventStore, type ProposedEvent } from '#libs/event-store';
import { permissions } from '#libs/authorization';
import {
  withContext,
  type Actor,
  type Command,
  type DomainEvent,
  type CommandContext,
  type Recorded,
  type Subject,
} from '#libs/kernel';
import { UserDecider, addressClaimEvents, roles, userEvent, userEvents, type User, type UserEvent } from '#libs/users';
import { openVault, vaultExists, type Vault } from '#libs/vault';

const operator: Actor = { id: '5b0f7d0c-7f0e-4a63-9a43-5d1f1f2b7a01', kind: 'operator' };

const catalogue = { ...accountEvents, ...emailDomainEvents, ...userEvents, ...addressClaimEvents };

async function openIn(directory: string, node: EmbeddedEventStore): Promise<{ store: EventStore; vault: Vault }> {
  const vault = await openVault({ directory, key: Buffer.alloc(32, 1), create: !vaultExists(directory) });
  return { vault, store: new EventStore({ url: node.url, namespace: 'test', catalogue, keys: vault }) };
}

/** The event store and the vault that workflows need, without a server. */
export class WorkflowStores {
  private constructor(
    private readonly directory: string,
    private readonly node: EmbeddedEventStore,
    private opened: { readonly store: EventStore; readonly vault: Vault },
  ) {}

  get store(): EventStore {
    return this.opened.store;
  }

  get vault(): Vault {
    return this.opened.vault;
  }

  /** Starts an event store and a vault in a temporary directory. */
  static async open(): Promise<WorkflowStores> {
    const directory = mkdtempSync(join(tmpdir(), 'workflows-'));
    const node = await startEmbeddedEventStore({ directory });
    return new WorkflowStores(directory, node, await openIn(directory, node));
  }

  async close(): Promise<void> {
    await this.closeStores();
    await this.node.close();
    rmSync(this.directory, { recursive: true });
  }

  /** Opens the store and the vault again, without anything cached. `between` runs while they are closed. */
  async reopen(between: () => void): Promise<void> {
    await this.closeStores();
    between();
    this.opened = await openIn(this.directory, this.node);
  }

  /** Changes the vault's file as somebody does who has SQL access to it, but not the vault key. */
  changeVault(sql: string): void {
    const db = new DatabaseSync(join(this.directory, 'vault.db'));
    db.exec(sql);
    db.close();
  }

  private async closeStores(): Promise<void> {
    await this.store.close();
    await this.vault.close();
  }

  /** Writes an open account with one user of each of these kinds. */
  async openAccount(
    memberKinds: readonly MemberKind[],
    domains: readonly string[] = [],
  ): Promise<{ account: string; users: string[] }> {
    const account = randomUUID();
    const users = memberKinds.map(() => randomUUID());
    const counted = users
      .filter((_, index) => memberKinds[index] === 'counted')
      .map((user) => accountEvent('AdministratorAppointed', { user }));
    await Promise.all([
      this.append('account', account, [accountEvent('AccountOpened', { name: 'Account', contracts: [] }), ...counted]),
      ...domains.map((domain) =>
        this.append('domain', domain, [emailDomainEvent('DomainOwned', { account, by: 'operator' })]),
      ),
      ...users.map((user, index) =>
        this.append('user', user, [
          userEvent('UserAdded', { ...person(user), account, status: 'active' }),
          ...furtherEvents[memberKinds[index]!](account),
        ]),
      ),
    ]);
    return { account, users };
  }

  loadUser = async (id: string): Promise<User> => (await this.store.load(UserDecider, id)).state;
  loadAccount = async (id: string): Promise<Account> => (await this.store.load(AccountDecider, id)).state;
  ownerOf = async (domain: string): Promise<string | undefined> =>
    (await this.store.load(EmailDomainDecider, domain)).state.owner;
  administratorsOf = async (id: string): Promise<string[]> => {
    const account = await this.loadAccount(id);
    return account.status === 'open' ? [...account.administrators] : [];
  };

  async readStream(stream: string): Promise<Recorded[]> {
    const events: Recorded[] = [];
    for await (const event of this.store.read(stream)) events.push(event);
    return events;
  }

  private async append(
    kind: Subject['kind'],
    id: string,
    events: readonly (AccountEvent | UserEvent | DomainEvent)[],
  ): Promise<void> {
    const envelope = {
      correlationId: randomUUID(),
      causationId: randomUUID(),
      actor: operator,
      subject: { kind, id },
      at: new Date().toISOString(),
      schema: 1,
    };
    const proposed = events.map(({ type, data }): ProposedEvent => ({ id: randomUUID(), type, data, envelope }));
    await this.store.append(`${kind}-${id}`, -1, proposed);
  }
}

/**
 * Kinds of users of an account: a serving administrator who is in the account's set (`counted`) or not yet (`uncounted`),
 * an administrator who does not serve (`locked`, `deleted`), or no administrator (`member`).
 */
export const memberKinds = ['counted', 'uncounted', 'locked', 'deleted', 'member'] as const;
export type MemberKind = (typeof memberKinds)[number];

const granted = userEvent('UserRoleGranted', { role: 'administrator' });
const restorableUntil = '2100-01-01T00:00:00.000Z';
const furtherEvents: Record<MemberKind, (account: string) => UserEvent[]> = {
  counted: () => [granted],
  uncounted: () => [granted],
  locked: () => [granted, userEvent('UserLocked', { cause: 'administrator', disableModeDays: 7 })],
  deleted: (account) => [
    granted,
    userEvent('UserDeleted', {
      account,
      restorableUntil,
      keptRoles: ['administrator'],
      releasedLicences: [],
      disableModeDays: 7,
    }),
  ],
  member: () => [],
};

/** Returns the data of a new person with the address `<name>@person.example`. */
export const person = (name: string) => ({
  email: `${name}@person.example`,
  firstName: 'Grace',
  lastName: 'Hopper',
  country: 'US',
});

/** Returns the command with the context that a request with this Idempotency-Key (a UUID) gives it. */
export function withRequest<C extends Command<C>>(command: C, key: string, overrides: Partial<CommandContext> = {}): C {
  const digest = createHash('sha256').update(JSON.stringify(command)).digest('hex');
  const targetId = targetOf(key);
  return withContext(command, {
    commandId: key,
    correlationId: randomUUID(),
    actor: operator,
    at: new Date().toISOString(),
    targetId,
    digest,
    permissions,
    grantable: roles,
    mayActOnAdministrators: true,
    ...overrides,
  });
}

/** Returns the id of the user or account that a request with this key creates. */
export const targetOf = (key: string): string => uuidv5('target', key);

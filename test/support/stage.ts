import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { startEmbeddedEventStore } from '#libs/embedded-eventstore';
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
import { UserDecider, emailClaimEvents, roles, userEvent, userEvents, type User, type UserEvent } from '#libs/users';
import { openVault, type Vault } from '#libs/vault';

const operator: Actor = { id: '5b0f7d0c-7f0e-4a63-9a43-5d1f1f2b7a01', kind: 'operator' };

/** The log and the vault, without a server around them: what a workflow runs on. */
export class Stage {
  private constructor(
    readonly store: EventStore,
    readonly vault: Vault,
    readonly close: () => Promise<void>,
  ) {}

  static async set(): Promise<Stage> {
    const directory = mkdtempSync(join(tmpdir(), 'workflows-'));
    const vault = openVault({ directory, key: Buffer.alloc(32, 1), create: true });
    const node = await startEmbeddedEventStore({ directory });
    const catalogue = { ...accountEvents, ...emailDomainEvents, ...userEvents, ...emailClaimEvents };
    const store = new EventStore({ url: node.url, namespace: 'test', catalogue, keys: vault });
    return new Stage(store, vault, async () => {
      await store.close();
      await node.close();
      vault.close();
      rmSync(directory, { recursive: true });
    });
  }

  /** An open account of a user for each standing. */
  async openAccount(
    standings: readonly Standing[],
    domains: readonly string[] = [],
  ): Promise<{ account: string; users: string[] }> {
    const account = randomUUID();
    const users = standings.map(() => randomUUID());
    const counted = users
      .filter((_, index) => standings[index] === 'counted')
      .map((user) => accountEvent('AdministratorAppointed', { user }));
    await Promise.all([
      this.append('account', account, [accountEvent('AccountOpened', { name: 'Account', contracts: [] }), ...counted]),
      ...domains.map((domain) =>
        this.append('domain', domain, [emailDomainEvent('DomainOwned', { account, by: 'operator' })]),
      ),
      ...users.map((user, index) =>
        this.append('user', user, [
          userEvent('UserAdded', { ...person(user), account, status: 'active' }),
          ...become[standings[index]!](account),
        ]),
      ),
    ]);
    return { account, users };
  }

  user = async (id: string): Promise<User> => (await this.store.load(UserDecider, id)).state;
  account = async (id: string): Promise<Account> => (await this.store.load(AccountDecider, id)).state;
  ownerOf = async (domain: string): Promise<string | undefined> =>
    (await this.store.load(EmailDomainDecider, domain)).state.owner;
  administrators = async (id: string): Promise<string[]> => {
    const account = await this.account(id);
    return account.status === 'open' ? [...account.administrators] : [];
  };

  async events(stream: string): Promise<Recorded[]> {
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

/** How a user stands in an account: as a serving administrator whom it counts or not (yet), as one who doesn't serve, as none. */
export const standings = ['counted', 'uncounted', 'locked', 'deleted', 'member'] as const;
export type Standing = (typeof standings)[number];

const granted = userEvent('UserRoleGranted', { role: 'administrator' });
const restorableUntil = '2100-01-01T00:00:00.000Z';
const become: Record<Standing, (account: string) => UserEvent[]> = {
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

/** Somebody with an address that nobody else has. */
export const person = (name: string) => ({
  email: `${name}@person.example`,
  firstName: 'Grace',
  lastName: 'Hopper',
  country: 'US',
});

/** Issues a command as a request does that comes with the Idempotency-Key `key`, a UUID. */
export function request<C extends Command<C>>(command: C, key: string, about: Partial<CommandContext> = {}): C {
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
    ...about,
  });
}

/** The id of what a request makes. */
export const targetOf = (key: string): string => uuidv5('target', key);

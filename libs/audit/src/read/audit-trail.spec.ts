import 'reflect-metadata';
import { accessTokenEvent } from '#libs/access';
import { accountEvent, emailDomainEvent } from '#libs/accounts';
import {
  withQueryContext,
  type Actor,
  type DomainEvent,
  type Envelope,
  type Recorded,
  type Subject,
} from '#libs/kernel';
import { applyEvents, openTemporaryReadStore, type ReadStore } from '#libs/read-store';
import { loginEvent, userEvent } from '#libs/users';
import type { AuditItem } from './audit-item.js';
import { AuditTrailProjection } from './audit-trail.js';
import { ListAudit, ListHistory, listAudit, listHistory } from './list-audit.js';

const operator: Actor = { id: 'op', kind: 'operator' };
const system: Actor = { id: 'rollbook', kind: 'system' };
const ada: Actor = { id: 'ada', kind: 'user' };
const ivo: Actor = { id: 'ivo', kind: 'user' };
const desk: Actor = { id: 'desk', kind: 'service' };

const inAcme = { account: 'acme', actor: ada };
const inBolt = { account: 'bolt', actor: ivo };
const byService = { actor: desk, via: 'desk' };

let store: ReadStore;
let length = 0;
const revisions = new Map<string, number>();

beforeAll(async () => {
  store = await openTemporaryReadStore();
  await AuditTrailProjection.createTables(store.db);
});
afterAll(() => store.close());
beforeEach(async () => {
  for (const table of AuditTrailProjection.tables) await store.db.deleteFrom(table).execute();
  length = 0;
  revisions.clear();
});

const record = (events: readonly Recorded[]) =>
  store.db.transaction().execute((tx) => applyEvents([{ projection: AuditTrailProjection, events }], tx));

/** Returns the next event of the log. */
function recorded(
  stream: string,
  subject: Subject,
  { type, data }: DomainEvent,
  envelope: Partial<Envelope>,
): Recorded {
  const revision = revisions.get(stream) ?? 0;
  revisions.set(stream, revision + 1);
  const position = ++length * 10;
  const at = new Date(Date.parse('2026-01-01T00:00:00Z') + position * 60_000).toISOString();
  const base = { correlationId: 'act', causationId: 'command', actor: operator, subject, at, schema: 1 };
  return { id: String(position), type, data, stream, revision, position, envelope: { ...base, ...envelope } };
}

const ofUser = (id: string, event: DomainEvent, envelope: Partial<Envelope> = {}) =>
  recorded(`user-${id}`, { kind: 'user', id }, event, envelope);
const ofLogin = (id: string, event: DomainEvent, envelope: Partial<Envelope>) =>
  recorded(`login-${id}`, { kind: 'user', id }, event, envelope);
const ofAccount = (id: string, event: DomainEvent) =>
  recorded(`account-${id}`, { kind: 'account', id }, event, { account: id });
const ofDomain = (id: string, event: DomainEvent, account: string) =>
  recorded(`domain-${id}`, { kind: 'domain', id }, event, { account });
const ofToken = (id: string, event: DomainEvent, envelope: Partial<Envelope> = {}) =>
  recorded(`accessToken-${id}`, { kind: 'access-token', id }, event, envelope);

const person = (firstName: string, lastName: string) => ({
  email: `${firstName}@example.com`,
  firstName,
  lastName,
  country: 'DE',
});
const added = (id: string, account: string, firstName: string, lastName: string, envelope: Partial<Envelope> = {}) =>
  ofUser(id, userEvent('UserAdded', { account, ...person(firstName, lastName), status: 'active' }), {
    account,
    ...envelope,
  });
const locked = (id: string, envelope: Partial<Envelope>) =>
  ofUser(id, userEvent('UserLocked', { cause: 'administrator', disableModeDays: 7 }), envelope);
const unlocked = (id: string, envelope: Partial<Envelope>) =>
  ofUser(id, userEvent('UserUnlocked', { causes: ['administrator'] }), envelope);
const deleted = (id: string, envelope: Partial<Envelope>) =>
  ofUser(
    id,
    userEvent('UserDeleted', {
      account: envelope.account!,
      restorableUntil: '2026-02-01T00:00:00.000Z',
      keptRoles: ['auditor'],
      releasedLicences: [],
      disableModeDays: 7,
    }),
    envelope,
  );
const issued = (
  id: string,
  kind: 'user' | 'service' | 'operator',
  holder: string,
  name: string,
  envelope: Partial<Envelope> = {},
) =>
  ofToken(
    id,
    accessTokenEvent('AccessTokenIssued', {
      kind,
      holder,
      name,
      scopes: ['users:lock'],
      expiresAt: '2027-01-01T00:00:00.000Z',
    }),
    envelope,
  );

const context = (actor: Actor, account?: string, targetId = '') => ({
  actor,
  at: '2026-06-01T00:00:00.000Z',
  targetId,
  permissions: [],
  grantable: [],
  mayActOnAdministrators: true,
  ...(account && { account }),
});
const audit = (fields: ConstructorParameters<typeof ListAudit>[0] = {}, actor = operator, account?: string) =>
  listAudit(store.db, withQueryContext(new ListAudit(fields), context(actor, account)));
const history = (user: string, account: string, actor = ada) =>
  listHistory(
    { isKnownTampered: () => false },
    store.db,
    withQueryContext(new ListHistory({}), context(actor, account, user)),
  );

const told = ({ items }: { items: readonly AuditItem[] }) =>
  items.map(({ action, subject }) => `${action} ${subject.id}`);
const changes = ({ items }: { items: readonly AuditItem[] }) =>
  items.map((item) => Object.fromEntries(item.changes.map(({ field, before, after }) => [field, [before, after]])));

describe('a row', () => {
  it('AUDIT-1: tells who locked a user, with which token, from where, why, and before → after', async () => {
    await record([
      added('ada', 'acme', 'Ada', 'Berg'),
      added('leo', 'acme', 'Leo', 'Roth'),
      issued('t1', 'user', 'ada', 'laptop', { account: 'acme' }),
      locked('leo', { ...inAcme, via: 't1', ip: '192.0.2.7', reason: 'lost badge' }),
    ]);
    const { items } = await audit({ limit: 1 }, ada, 'acme');
    expect(items).toEqual([
      {
        position: 40,
        revision: 1,
        at: '2026-01-01T00:40:00.000Z',
        action: 'user.locked',
        subject: { kind: 'user', id: 'leo', name: 'Leo Roth' },
        accountId: 'acme',
        account: 'acme',
        actor: { ...ada, name: 'Ada Berg' },
        via: { tokenId: 't1', token: 't1', name: 'laptop', issuedBy: operator },
        reason: 'lost badge',
        ip: '192.0.2.7',
        changes: [
          {
            field: 'locks',
            before: [],
            after: [{ cause: 'administrator', reason: 'lost badge', until: null, by: ada }],
          },
        ],
        correlationId: 'act',
      },
    ]);
  });

  it('AUDIT-1: follows a user through batches', async () => {
    await record([added('leo', 'acme', 'Leo', 'Roth')]);
    await record([
      ofUser('leo', userEvent('UserRoleGranted', { role: 'auditor' }), inAcme),
      ofUser('leo', userEvent('UserRenamed', { firstName: 'Leon', lastName: 'Roth' }), inAcme),
    ]);
    await record([deleted('leo', inAcme)]);
    expect(changes(await history('leo', 'acme')).slice(0, 3)).toEqual([
      {
        status: ['active', 'deleted'],
        locks: [[], [{ cause: 'unaffiliated', reason: null, until: null, by: ada }]],
        roles: [['auditor'], []],
        keptRoles: [[], ['auditor']],
        restorableUntil: [null, '2026-02-01T00:00:00.000Z'],
      },
      { firstName: ['Leo', 'Leon'] },
      { roles: [[], ['auditor']] },
    ]);
  });

  it('LOGIN-12: holds a login with its method and its own time, also if it is reported late', async () => {
    const login = (at: string) =>
      ofLogin('leo', loginEvent('UserLoggedIn', { method: 'password', at }), { account: 'acme', ...byService });
    await record([
      added('leo', 'acme', 'Leo', 'Roth'),
      issued('desk', 'service', 'desk', 'front desk'),
      login('2026-01-03T00:00:00.000Z'),
      login('2026-01-02T00:00:00.000Z'),
    ]);
    const logins = await audit({ action: ['user.logged-in'] }, ada, 'acme');
    expect(changes(logins)).toEqual([
      { login: [null, { method: 'password', at: '2026-01-02T00:00:00.000Z' }] },
      {
        login: [null, { method: 'password', at: '2026-01-03T00:00:00.000Z' }],
        lastLoginAt: [null, '2026-01-03T00:00:00.000Z'],
      },
    ]);
    expect(logins.items[0]!.actor.name).toBe('front desk');
  });

  it('AUDIT-1, EVENT-3, EVENT-4, EVENT-6: exists for events of accounts, domains and tokens too', async () => {
    await record([
      ofAccount(
        'acme',
        accountEvent('AccountOpened', { name: 'Acme', contracts: [{ country: 'DE', recurringRevenue: 5 }] }),
      ),
      ofDomain('acme.example', emailDomainEvent('DomainOwned', { account: 'acme', by: 'operator' }), 'acme'),
      ofAccount('acme', accountEvent('AdministratorAppointed', { user: 'ada' })),
      issued('t1', 'user', 'ada', 'laptop', { account: 'acme' }),
      ofToken('t1', accessTokenEvent('AccessTokenEnded', {}), { account: 'acme', at: '2026-01-05T00:00:00.000Z' }),
    ]);
    const trail = await audit();
    expect(told(trail)).toEqual([
      'access-token.ended t1',
      'access-token.issued t1',
      'administrator.appointed acme',
      'domain.owned acme.example',
      'account.opened acme',
    ]);
    expect(trail.items.map(({ subject }) => subject.name)).toEqual([
      'laptop',
      'laptop',
      'Acme',
      'acme.example',
      'Acme',
    ]);
    expect(changes(trail)).toEqual([
      { endedAt: [null, '2026-01-05T00:00:00.000Z'] },
      {
        name: [null, 'laptop'],
        kind: [null, 'user'],
        holder: [null, 'ada'],
        scopes: [[], ['users:lock']],
        expiresAt: [null, '2027-01-01T00:00:00.000Z'],
      },
      { administrators: [[], ['ada']] },
      { owner: [null, 'acme'] },
      { name: [null, 'Acme'], status: [null, 'open'], contracts: [[], [{ country: 'DE', recurringRevenue: 5 }]] },
    ]);
  });

  it('AUDIT-5: names Rollbook itself, and no user who was erased', async () => {
    const anybody = userEvent('UserAdded', { account: 'acme', country: 'DE', status: 'active' } as never);
    await record([{ ...ofUser('leo', anybody, { account: 'acme', actor: system }), erased: true }]);
    expect((await audit()).items).toMatchObject([{ actor: { name: 'Rollbook' }, subject: { name: null } }]);
  });
});

describe('an account', () => {
  /** The events of a user who registered, waited for approval in acme, was rejected, joined bolt, and was renamed, locked and unlocked there. */
  const journey = () => [
    added('ada', 'acme', 'Ada', 'Berg'),
    added('ivo', 'bolt', 'Ivo', 'Lang'),
    ofUser('leo', userEvent('UserRegistered', person('Leo', 'Roth'))),
    ofUser('leo', userEvent('UserApprovalRequested', { account: 'acme', domain: 'acme.example' }), { account: 'acme' }),
    ofUser('leo', userEvent('UserRejected', { account: 'acme' }), inAcme),
    ofUser('leo', userEvent('UserAddedToAccount', { account: 'bolt', rule: 'administrator' }), inBolt),
    ofUser('leo', userEvent('UserRenamed', { firstName: 'Leon', lastName: 'Secret' }), inBolt),
    locked('leo', { ...inBolt, reason: 'a matter of bolt' }),
    unlocked('leo', inBolt),
  ];

  it('AUDIT-4: sees only what happened in it, and every field of a user who came from outside', async () => {
    await record(journey());
    expect(told(await history('leo', 'acme'))).toEqual(['user.rejected leo', 'user.approval-requested leo']);
    expect(changes(await history('leo', 'acme'))[1]).toEqual({
      email: [null, 'Leo@example.com'],
      firstName: [null, 'Leo'],
      lastName: [null, 'Roth'],
      country: [null, 'DE'],
      status: [null, 'pending'],
    });
    expect(JSON.stringify(await audit({}, ada, 'acme'))).not.toMatch(/Secret|bolt|ivo/i);
  });

  it('AUDIT-5: shows a user who has left under the name at that time', async () => {
    await record(journey());
    expect((await audit({ subject: 'leo' }, ada, 'acme')).items[0]!.subject.name).toBe('Leo Roth');
    expect((await audit({ subject: 'leo' }, ivo, 'bolt')).items[0]!.subject.name).toBe('Leon Secret');
  });

  it('AUDIT-4: does not see who owned a domain before', async () => {
    await record([
      ofDomain('shop.example', emailDomainEvent('DomainOwned', { account: 'acme', by: 'operator' }), 'acme'),
      ofDomain('shop.example', emailDomainEvent('DomainOwned', { account: 'bolt', by: 'operator' }), 'bolt'),
    ]);
    expect(changes(await audit({}, ivo, 'bolt'))).toEqual([{ owner: [null, 'bolt'] }]);
  });

  it("AUDIT-5: sees `operator` instead of an operator's name; operators see the name of the token", async () => {
    await record([
      issued('t0', 'operator', 'op', 'Kim, night shift'),
      added('ada', 'acme', 'Ada', 'Berg', { via: 't0' }),
    ]);
    expect((await audit({}, ada, 'acme')).items).toMatchObject([
      { actor: { name: 'operator' }, via: { name: 'operator' } },
    ]);
    expect((await audit({ subject: 'ada' })).items).toMatchObject([
      { actor: { name: 'Kim, night shift' }, via: { name: 'Kim, night shift' } },
    ]);
  });

  it('AUDIT-4: sees no other account, and no user of another account', async () => {
    await record(journey());
    expect(told(await audit({ account: 'acme' }, ada, 'acme'))).toHaveLength(3);
    expect(told(await audit({ subject: 'ivo' }, ada, 'acme'))).toEqual([]);
    await expect(audit({ account: 'bolt' }, ada, 'acme')).rejects.toMatchObject({
      code: 'account.not-found',
      kind: 'not-found',
    });
    await expect(history('ivo', 'acme')).rejects.toMatchObject({ code: 'user.not-found', kind: 'not-found' });
    await expect(history('nobody', 'acme')).rejects.toMatchObject({ code: 'user.not-found' });
  });

  it('AUDIT-4: does not limit operators', async () => {
    await record(journey());
    expect(told(await history('leo', 'acme', operator))).toHaveLength(7);
    expect(told(await audit({ account: 'bolt' }))).toHaveLength(5);
    expect((await audit({ subject: 'leo', action: ['user.registered'] })).items).toMatchObject([
      { account: null, subject: { name: 'Leon Secret' } },
    ]);
  });
});

describe('the list', () => {
  beforeEach(() =>
    record([
      added('ada', 'acme', 'Ada', 'Berg'),
      added('leo', 'acme', 'Leo', 'Roth', inAcme),
      locked('leo', inAcme),
      unlocked('leo', inAcme),
      deleted('leo', inAcme),
    ]),
  );

  it('AUDIT-2: answers who locked or deleted which users', async () => {
    expect(told(await audit({ action: ['user.locked', 'user.deleted'] }))).toEqual([
      'user.deleted leo',
      'user.locked leo',
    ]);
  });

  it('AUDIT-2: filters by actor and by time', async () => {
    expect(told(await audit({ actor: 'op' }))).toEqual(['user.added ada']);
    expect(told(await audit({ from: '2026-01-01T01:20:00+01:00', to: '2026-01-01T00:40:00Z' }))).toEqual([
      'user.locked leo',
      'user.added leo',
    ]);
    expect(told(await audit({ to: '2026-01-01' }))).toEqual([]);
  });

  it('AUDIT-2, BULK-4: shows one act as a whole, as far as the caller may see it', async () => {
    await record([
      locked('ada', { account: 'acme', correlationId: 'both' }),
      added('ivo', 'bolt', 'Ivo', 'Lang', { correlationId: 'both' }),
    ]);
    expect(told(await audit({ correlation: 'both' }))).toEqual(['user.added ivo', 'user.locked ada']);
    expect(told(await audit({ correlation: 'both' }, ada, 'acme'))).toEqual(['user.locked ada']);
    expect(told(await audit({ correlation: 'none' }))).toEqual([]);
  });

  it('AUDIT-2: continues after the previous page, even if events arrive meanwhile', async () => {
    const first = await audit({ limit: 2 });
    await record([locked('ada', { account: 'acme' }), unlocked('ada', { account: 'acme' })]);
    const second = await audit({ limit: 2, cursor: first.next! });
    const third = await audit({ limit: 2, cursor: second.next! });
    expect([first, second, third].flatMap(told)).toEqual([
      'user.deleted leo',
      'user.unlocked leo',
      'user.locked leo',
      'user.added leo',
      'user.added ada',
    ]);
    expect(third.next).toBeNull();
  });

  it.each([['WyJ4Il0'], ['WzEuNV0'], ['nonsense']])('AUDIT-2: refuses the cursor %s', async (cursor) => {
    await expect(audit({ cursor })).rejects.toMatchObject({ code: 'cursor.invalid', kind: 'invalid' });
  });
});

import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { sql } from 'kysely';
import { accessTokenEvent } from '#libs/access';
import { accountEvent, emailDomainEvent } from '#libs/accounts';
import type { DomainEvent, Recorded, Subject } from '#libs/kernel';
import { Folds, applyEvents, digestTables, type ReadStore } from '#libs/read-store';
import { loginEvent } from '#libs/users';
import { projections } from '../../apps/server/src/projections.js';
import { attempts, at, runAttempts } from '../support/user-histories.js';
import { toLog } from '../support/user-log.js';
import { describeEachReadStore, resetProjections } from './read-store-fixture.js';

const tables = projections.flatMap((projection) => projection.tables);

/** An event of a subject that is not a user, or a login. */
type OtherStep = Pick<Recorded, 'type' | 'data' | 'stream'> & { readonly subject: Subject };

const id = fc.constantFrom('one', 'two', 'three');
const step = (category: string, kind: Subject['kind'], subjectId: string, event: DomainEvent): OtherStep => ({
  ...event,
  stream: `${category}-${subjectId}`,
  subject: { kind, id: subjectId },
});
const expiresAt = at(1_000);

/** Steps that come in any order, also in some that the log never has. */
const otherSteps: fc.Arbitrary<OtherStep[]> = fc.array(
  fc.oneof(
    fc.tuple(id, fc.nat({ max: 50 }), fc.boolean()).map(([user, hours, isGood]) => {
      const login = { method: 'password', at: at(hours) };
      return step('login', 'user', user, loginEvent(isGood ? 'UserLoggedIn' : 'LoginFailed', login));
    }),
    id.map((account) =>
      step('account', 'account', account, accountEvent('AccountOpened', { name: 'Ä', contracts: [] })),
    ),
    fc
      .tuple(id, id)
      .map(([account, user]) => step('account', 'account', account, accountEvent('AdministratorAppointed', { user }))),
    fc
      .tuple(id, id)
      .map(([account, user]) =>
        step('account', 'account', account, accountEvent('AdministratorStoodDown', { user, because: 'left' })),
      ),
    id.map((account) => step('account', 'account', account, accountEvent('AccountClosed', {}))),
    fc
      .tuple(id, id)
      .map(([domain, account]) =>
        step('domain', 'domain', domain, emailDomainEvent('DomainOwned', { account, by: 'operator' })),
      ),
    fc
      .tuple(id, id)
      .map(([domain, account]) => step('domain', 'domain', domain, emailDomainEvent('DomainReleased', { account }))),
    fc.tuple(id, id).map(([token, holder]) => {
      const terms = { kind: 'user', holder, account: 'a', name: 'Tokén', scopes: ['users:read'], expiresAt } as const;
      return step('access-token', 'access-token', token, accessTokenEvent('AccessTokenIssued', terms));
    }),
    id.map((token) => step('access-token', 'access-token', token, accessTokenEvent('AccessTokenEnded', {}))),
  ),
  { minLength: 10, maxLength: 60 },
);

const toRecorded = ({ type, data, stream, subject }: OtherStep, revision: number): Recorded => ({
  id: randomUUID(),
  type,
  data,
  stream,
  revision,
  position: 0,
  envelope: {
    correlationId: 'correlation',
    causationId: 'command',
    actor: { id: 'other', kind: 'user' },
    subject,
    account: 'a',
    at: at(revision),
    schema: 1,
  },
});

/** Merges streams into one log, each in its own order. */
const merge = (streams: readonly (readonly Recorded[])[]): Recorded[] =>
  streams
    .flatMap((stream) => stream.map((event, index) => ({ event, place: (index + 1) / (stream.length + 1) })))
    .toSorted((one, other) => one.place - other.place)
    .map(({ event }, index) => ({ ...event, position: (index + 1) * 10 }));

/** Generates a log of three users with logins, accounts, domains and tokens. */
const logs = fc
  .tuple(fc.array(attempts, { minLength: 3, maxLength: 3 }), otherSteps)
  .map(([users, others]) =>
    merge([
      ...users.map((tries, index) => toLog(runAttempts(tries), ['one', 'two', 'three'][index]!)),
      others.map((other, revision) => toRecorded(other, revision)),
    ]),
  );

function* toBatches(log: readonly Recorded[], size: number) {
  for (let from = 0; from < log.length; from += size) {
    const batch = log.slice(from, from + size);
    yield projections
      .map((projection) => ({ projection, events: batch.filter(({ type }) => projection.events.includes(type)) }))
      .filter(({ events }) => events.length > 0);
  }
}

describeEachReadStore('batches', (open) => {
  let store: ReadStore;
  beforeAll(async () => {
    store = await open();
    await resetProjections(store);
    for (const projection of projections) await projection.createTables(store.batchDb);
  });
  afterAll(() => store.close());

  /** Returns the digests of all tables after the log was applied to empty ones in batches of this size. */
  async function digestAfter(log: readonly Recorded[], size: number): Promise<Record<string, string>> {
    await empty();
    for (const work of toBatches(log, size)) await store.batchDb.transaction().execute((tx) => applyEvents(work, tx));
    return digestTables(store.batchDb, tables);
  }

  /** Returns the digests after the second half of the log was applied in one transaction, in batches of this size. */
  async function digestAfterBuild(log: readonly Recorded[], size: number): Promise<Record<string, string>> {
    const half = log.length >> 1;
    await digestAfter(log.slice(0, half), half);
    await store.batchDb.transaction().execute(async (tx) => {
      const folds = new Folds(tx);
      for (const work of toBatches(log.slice(half), size)) await folds.apply(work);
      await folds.finish();
    });
    return digestTables(store.batchDb, tables);
  }

  const empty = () => sql`truncate ${sql.join(tables.map((table) => sql.table(table)))}`.execute(store.batchDb);

  it('OPS-5: batches of any size, each in a transaction or many in one, give the same rows as events applied one by one', async () => {
    await fc.assert(
      fc.asyncProperty(logs, async (log) => {
        const oneByOne = await digestAfter(log, 1);
        expect(await digestAfter(log, 7)).toEqual(oneByOne);
        expect(await digestAfter(log, log.length)).toEqual(oneByOne);
        expect(await digestAfterBuild(log, 3)).toEqual(oneByOne);
        // Otherwise the digests would prove little.
        expect(oneByOne['audit_trail']).not.toMatch(/^0:/);
        expect(oneByOne['user_list']).not.toMatch(/^0:/);
      }),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 15) },
    );
  });
});

import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { v5 as uuidv5 } from 'uuid';
import { AssertDomain, OpenAccount, ReleaseDomain, changeDomainOwner } from '#libs/accounts';
import type { EventStore, CommandResult } from '#libs/event-store';
import type { Command } from '#libs/kernel';
import {
  AddUser,
  ChangeUser,
  DeleteUser,
  GrantRole,
  LockUser,
  RegisterUser,
  RestoreUser,
  RevokeRole,
  UnlockUser,
  type ExistingUser,
} from '#libs/users';
import { ChangeUsers } from '../../libs/users/src/domain/bulk.js';
import { changeUser } from '../../libs/users/src/workflows/change-user.js';
import { changeUsers } from '../../libs/users/src/workflows/change-users.js';
import { createUser } from '../../libs/users/src/workflows/claim-address.js';
import { openAccount } from '../../libs/users/src/workflows/open-account.js';
import {
  outcomeCode,
  crashPlans,
  checkProperty,
  sequential,
  storeKilledAt,
  noCrash,
  scheduleTimeoutMs,
  crashPlansWithRetries,
  runSchedule,
  schedules,
  type Actor,
  type Outcome,
} from '../support/schedule.js';
import { WorkflowStores, person, withRequest, memberKinds, targetOf } from '../support/workflow-stores.js';

let stores: WorkflowStores;
beforeAll(async () => void (stores = await WorkflowStores.open()));
afterAll(() => stores.close());

const dependenciesOf = (store: EventStore) => ({ store, vault: stores.vault, rivalTimeoutMs: 0 });
const runAlone = async <T>(run: Actor<T>['run']): Promise<Outcome<T>> =>
  (await runSchedule(stores.store, [{ crashPlan: noCrash, run }], sequential))[0]!;

describe('opening an account', () => {
  const domainsOf = (key: string) => [`a-${key}.example`, `b-${key}.example`] as const;
  const openWith = (key: string, email: string) => (store: EventStore) =>
    openAccount(
      dependenciesOf(store),
      withRequest(
        new OpenAccount({ name: 'Account', domains: [...domainsOf(key)], administrator: { ...person('x'), email } }),
        key,
      ),
    );

  /** Checks that the account is open with its domains and its administrator, or that none of these exist. Returns its status. */
  async function checkAccount(key: string): Promise<'open' | 'closed' | 'absent'> {
    const id = targetOf(key);
    const administrator = uuidv5('administrator', key);
    const { status } = await stores.loadAccount(id);
    const opened = status === 'open';
    expect((await Promise.all(domainsOf(key).map(stores.ownerOf))).map((owner) => owner === id)).toEqual([
      opened,
      opened,
    ]);
    expect((await stores.readStream(`user-${administrator}`)).filter(({ type }) => type === 'UserAdded').length).toBe(
      opened ? 1 : 0,
    );
    expect(await stores.administratorsOf(id)).toEqual(opened ? [administrator] : []);
    return status;
  }

  const steps = ['account', 'first domain', 'second domain', 'claim', 'user', 'appointment'];
  it.each(steps.flatMap((step, append) => [false, true].map((acknowledged) => ({ step, append, acknowledged }))))(
    'ACCOUNT-1, HTTP-2: is completed by a retry after a crash at the $step (append acknowledged: $acknowledged)',
    async (crash) => {
      const key = randomUUID();
      const run = openWith(key, `ann@${key}.example`);
      const [outcome] = await runSchedule(
        stores.store,
        [{ run, crashPlan: { crashes: [crash], givesUp: false } }],
        sequential,
      );
      expect(await checkAccount(key)).toBe('open');
      // After other writes to the account, a repeat returns the first result.
      const account = targetOf(key);
      const bob = randomUUID();
      await createUser(dependenciesOf(stores.store), withRequest(new AddUser(person(bob)), bob, { account }), {
        startingRoles: ['administrator'],
      });
      expect(await runAlone(run)).toEqual(outcome);
    },
  );

  it.each([2, 3].flatMap((append) => [false, true].map((acknowledged) => ({ append, acknowledged }))))(
    'ACCOUNT-2: stays undone, or is completed, after a crash during the undo (append $append, acknowledged: $acknowledged)',
    async (crash) => {
      const { account } = await stores.openAccount(['counted']);
      const key = randomUUID();
      const targetId = domainsOf(key)[1];
      let [runs, taken] = [0, false];
      const change = (command: AssertDomain | ReleaseDomain) =>
        changeDomainOwner(stores.store, withRequest<never>(command as never, randomUUID(), { account, targetId }));
      const run = async (store: EventStore) => {
        // At the retry, the domain is free again.
        if (++runs === 2) await change(new ReleaseDomain({}));
        return openWith(key, `ann@${key}.example`)(store);
      };
      const [outcome] = await runSchedule(
        stores.store,
        [{ run, crashPlan: { crashes: [crash], givesUp: false } }],
        sequential,
        async (stream) => {
          if (taken || stream !== `account-${targetOf(key)}`) return;
          taken = true;
          await change(new AssertDomain({}));
        },
      );
      const closed = crash.append > 2 || crash.acknowledged;
      expect(await checkAccount(key)).toBe(closed ? 'closed' : 'open');
      expect(outcomeCode(outcome!)).toBe(closed ? 'account.not-opened' : 'succeeded');
    },
  );

  it('ACCOUNT-1: is required before a user can be added to the account', async () => {
    const [key, account] = [randomUUID(), randomUUID()];
    expect(
      outcomeCode(
        await runAlone((store) =>
          createUser(dependenciesOf(store), withRequest(new AddUser(person(key)), key, { account })),
        ),
      ),
    ).toBe('account.not-found');
    expect(await stores.readStream(`user-${targetOf(key)}`)).toEqual([]);
  });

  type Rival =
    'takes the address' | 'takes a domain' | 'takes a domain for a moment' | 'takes the domain of the address';
  const rivals = fc.constantFrom<Rival>(
    'takes the address',
    'takes a domain',
    'takes a domain for a moment',
    'takes the domain of the address',
  );

  it(
    'ACCOUNT-2: is complete or undone when a concurrent request takes its address or domain',
    () =>
      checkProperty(
        [rivals, crashPlans, crashPlansWithRetries, schedules],
        async (rival, crashPlan, rivalCrashPlan, schedule) => {
          const { account } = await stores.openAccount(['counted']);
          const [key, rivalKey, releaseKey] = [randomUUID(), randomUUID(), randomUUID()];
          const email = `ann@${key}.example`;
          const run = openWith(key, email);
          const domain = rival === 'takes the domain of the address' ? `${key}.example` : domainsOf(key)[1];
          const runRival = async (store: EventStore): Promise<CommandResult<unknown>> => {
            if (rival === 'takes the address')
              return createUser(
                dependenciesOf(store),
                withRequest(new AddUser({ ...person('x'), email }), rivalKey, { account }),
              );
            const taken = await changeDomainOwner(
              store,
              withRequest(new AssertDomain({}), rivalKey, { account, targetId: domain }),
            );
            return rival === 'takes a domain for a moment'
              ? changeDomainOwner(store, withRequest(new ReleaseDomain({}), releaseKey, { account, targetId: domain }))
              : taken;
          };
          const actors: Actor<CommandResult<unknown>>[] = [
            { run, crashPlan },
            { run: runRival, crashPlan: rivalCrashPlan },
          ];
          const [first, rivalOutcome] = await runSchedule(stores.store, actors, schedule);
          const outcome = first === 'gaveUp' ? await runAlone(run) : first!;
          const status = await checkAccount(key);
          if (outcomeCode(outcome) === 'succeeded') {
            expect(status).toBe('open');
            expect(await runAlone(run)).toEqual(outcome);
          } else {
            expect(outcomeCode(outcome)).toMatch(
              /^(account\.not-opened|domain\.owned-by-another|user\.in-another-account)$/,
            );
            expect(status).not.toBe('open');
            // If it was refused before its first append, a retry may succeed; if it was undone, it stays undone.
            if (status === 'closed') expect(outcomeCode(await runAlone(run))).toBe('account.not-opened');
            expect(await checkAccount(key)).toBe(status);
          }
          if (rival !== 'takes a domain for a moment' && outcomeCode(outcome) !== 'succeeded')
            expect(outcomeCode(rivalOutcome!)).toBe('succeeded');
        },
      ),
    scheduleTimeoutMs,
  );
});

describe('a repeated key', () => {
  const acts: Record<string, () => Command<never>> = {
    lock: () => new LockUser({ reason: 'why' }),
    unlock: () => new UnlockUser({}),
    delete: () => new DeleteUser({ keepRoles: true }),
    restore: () => new RestoreUser({}),
    demote: () => new RevokeRole({ role: 'administrator' }),
    promote: () => new GrantRole({ role: 'administrator' }),
    rename: () => new ChangeUser({ firstName: 'Ada' }),
    'rename back': () => new ChangeUser({ firstName: 'Grace' }),
  };
  const act = fc.record({
    act: fc.constantFrom(...Object.keys(acts), 'add', 'register'),
    crashPlan: crashPlansWithRetries,
  });

  it(
    'HTTP-2: returns the first result again, whatever happened in between, and writes once',
    () =>
      checkProperty([fc.array(act, { minLength: 2, maxLength: 5 }), schedules], async (tried, schedule) => {
        const { account, users } = await stores.openAccount(['counted', 'counted']);
        const email = `${randomUUID()}@person.example`;
        const actors = tried.map(({ act, crashPlan }) => {
          const key = randomUUID();
          const run = (store: EventStore, other = {}): Promise<CommandResult<unknown>> => {
            if (act === 'add')
              return createUser(
                dependenciesOf(store),
                withRequest(new AddUser({ ...person('x'), email }), key, { account, ...other }),
              );
            if (act === 'register')
              return createUser(
                dependenciesOf(store),
                withRequest(new RegisterUser({ ...person('x'), email }), key, other),
              );
            return changeUser(store, withRequest(acts[act]!(), key, { account, targetId: users[1]!, ...other }));
          };
          return { key, crashPlan, run, target: act === 'add' || act === 'register' ? targetOf(key) : users[1]! };
        });
        const outcomes = await runSchedule(
          stores.store,
          actors.map(({ crashPlan, run }) => ({ crashPlan, run })),
          schedule,
        );
        for (const [index, { key, run, target }] of actors.entries()) {
          const outcome = outcomes[index]!;
          const writtenEvents = async () =>
            (await stores.readStream(`user-${target}`)).filter(({ envelope }) => envelope.causationId === key);
          if (outcome === 'gaveUp' || !('result' in outcome) || !outcome.result.changed) continue;
          const events = await writtenEvents();
          expect(events.length).toBe(1);
          expect(outcome.result.revision).toBe(events[0]!.revision);
          expect(outcome.result.position).toBeGreaterThanOrEqual(events[0]!.position);
          // The response to an append does not contain the position of the newest event.
          const state = outcome.result.state as ExistingUser;
          const repeated = {
            result: {
              ...outcome.result,
              state: { ...state, tokensSince: { ...state.tokensSince, position: expect.any(Number) } },
            },
          };
          expect(await runAlone(run)).toEqual(repeated);
          expect(outcomeCode(await runAlone((store) => run(store, { digest: 'of another body' })))).toBe(
            'idempotency.mismatch',
          );
          expect(await writtenEvents()).toEqual(events);
        }
      }),
    scheduleTimeoutMs,
  );
});

describe('a bulk action', () => {
  it(
    'ADMIN-5: has the results that its dry run showed, for any users in any order',
    () =>
      checkProperty(
        [
          fc.constantFrom('lock' as const, 'delete' as const),
          fc.array(fc.constantFrom(...memberKinds), { maxLength: 8 }),
          fc.boolean(),
          fc.array(fc.nat(), { minLength: 9, maxLength: 9 }),
        ],
        async (action, others, keepsOne, places) => {
          const { account, users } = await stores.openAccount(['counted', ...others]);
          const named = keepsOne ? users.slice(1) : users;
          fc.pre(named.length > 0);
          const userIds = named.toSorted((one, other) => places[users.indexOf(one)]! - places[users.indexOf(other)]!);
          // Delays the loads, so that users are loaded in another order than they are named.
          const load = async (...call: Parameters<EventStore['load']>) => {
            for (let delays = 2 * userIds.toReversed().indexOf(call[1]); delays > 0; delays--)
              await stores.store.lastPosition();
            return stores.store.load(...call);
          };
          const store: EventStore = Object.create(stores.store, {
            load: { value: load },
            append: { value: stores.store.append.bind(stores.store) },
          });
          const run = (dryRun: boolean) =>
            changeUsers(
              dryRun ? stores.store : store,
              stores.vault,
              withRequest(new ChangeUsers({ action, userIds, dryRun }), randomUUID(), { account }),
            );
          const { results } = await run(true);
          expect((await run(false)).results).toEqual(results);
          expect(results.map(({ userId }) => userId)).toEqual(userIds);
        },
        2,
      ),
    scheduleTimeoutMs,
  );

  it(
    'BULK-5: changes each user once when it is killed half-way and retried',
    () =>
      checkProperty(
        [
          fc.constantFrom('lock' as const, 'delete' as const),
          fc.record({ append: fc.nat(10), acknowledged: fc.boolean() }),
          fc.array(fc.nat(5), { maxLength: 3 }),
        ],
        async (action, crash, undone) => {
          const { account, users } = await stores.openAccount([
            'member',
            'counted',
            'member',
            'uncounted',
            'member',
            'counted',
            'counted',
          ]);
          const userIds = users.slice(0, 6);
          const key = randomUUID();
          const run = (store: EventStore) =>
            changeUsers(store, stores.vault, withRequest(new ChangeUsers({ action, userIds }), key, { account }));
          const { store, killed } = storeKilledAt(stores.store, crash);
          await Promise.race([run(store), killed]);
          // Before the retry, some users are unlocked or restored.
          const reverse = action === 'lock' ? () => new UnlockUser({}) : () => new RestoreUser({});
          for (const index of new Set(undone))
            await runAlone((store) =>
              changeUser(
                store,
                withRequest<never>(reverse() as never, randomUUID(), { account, targetId: userIds[index]! }),
              ),
            );
          const done = await run(stores.store);
          expect(done.results).toEqual(
            userIds.map((userId) => ({ userId, ok: true, changed: true, mayHaveIssuedTokens: expect.any(Boolean) })),
          );
          expect(await run(stores.store)).toEqual(done);
          const streams = await Promise.all(userIds.map((user) => stores.readStream(`user-${user}`)));
          const type = action === 'lock' ? 'UserLocked' : 'UserDeleted';
          expect(streams.map((events) => events.filter((event) => event.type === type).length)).toEqual(
            userIds.map(() => 1),
          );
          expect(await stores.administratorsOf(account)).toContain(users[6]!);
        },
        0.25,
      ),
    scheduleTimeoutMs,
  );
});

import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
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
  accountOf,
  servesAsAdministrator,
  type User,
} from '#libs/users';
import { changeUser } from '../../libs/users/src/workflows/change-user.js';
import { createUser } from '../../libs/users/src/workflows/claim-address.js';
import {
  appendSchedules,
  outcomeCode,
  crashPlans,
  checkProperty,
  sequential,
  noCrash,
  scheduleTimeoutMs,
  crashPlansWithRetries,
  runSchedule,
  schedules,
  type Actor,
  type CrashPlan,
} from '../support/schedule.js';
import {
  WorkflowStores,
  person,
  withRequest,
  memberKinds,
  targetOf,
  type MemberKind,
} from '../support/workflow-stores.js';

let stores: WorkflowStores;
beforeAll(async () => void (stores = await WorkflowStores.open()));
afterAll(() => stores.close());

/** Returns the result without its times: when one request is sent twice at once, each sending has its own time, and either may be the one that is recorded. */
const withoutTimes = ({ state, ...written }: CommandResult<User>) => ({
  ...written,
  at: undefined,
  state: { ...state, passwordLink: undefined },
});

const occasionally = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 });

describe('one user per address', () => {
  const request = fc.record({
    by: fc.constantFrom('a', 'b', 'stranger'),
    crashPlan: crashPlans,
    twice: fc.nat(3).map((n) => n === 0),
  });

  it(
    'ADD-8: is created when concurrent requests crash and are retried',
    () =>
      checkProperty(
        [
          fc.array(request, { minLength: 2, maxLength: 4, size: 'small' }),
          occasionally(fc.constantFrom('a', 'b')),
          schedules,
        ],
        async (requests, domainOwner, schedule) => {
          const domain = `${randomUUID()}.example`;
          const opened = await Promise.all(
            ['a', 'b'].map((name) => stores.openAccount(['counted'], name === domainOwner ? [domain] : [])),
          );
          const account = (by: string) => opened['ab'.indexOf(by)]?.account;
          const people = requests.map(({ by }, index) => ({
            by,
            key: randomUUID(),
            email: `${index % 2 ? 'Ann' : 'ann'}@${domain}`,
          }));
          const run =
            ({ by, key, email }: (typeof people)[number]) =>
            (store: EventStore) => {
              const dependencies = { store, vault: stores.vault, rivalTimeoutMs: 0 };
              const fields = { ...person('x'), email };
              return by === 'stranger'
                ? createUser(dependencies, withRequest(new RegisterUser(fields), key))
                : createUser(dependencies, withRequest(new AddUser(fields), key, { account: account(by)! }));
            };
          // Some callers send their request a second time while the first is still running.
          const actors = people.flatMap((who, index) => {
            const { crashPlan, twice } = requests[index]!;
            return [{ who, crashPlan, run: run(who) }, ...(twice ? [{ who, crashPlan: noCrash, run: run(who) }] : [])];
          });
          const outcomes = await runSchedule(stores.store, actors, schedule);

          const creationEvents = async ({ key }: { key: string }) =>
            (await stores.readStream(`user-${targetOf(key)}`)).filter(
              ({ type }) => type === 'UserAdded' || type === 'UserRegistered',
            );
          const events = await Promise.all(people.map(creationEvents));
          const winners = people.filter((_, index) => events[index]!.length > 0);
          expect(events.flat().length).toBe(winners.length);
          expect(winners.length).toBeLessThanOrEqual(1);

          const winner = winners[0];
          const user = winner && (await stores.loadUser(targetOf(winner.key)));
          for (const [index, { who, run }] of actors.entries()) {
            const outcome = outcomes[index]!;
            if (outcome === 'gaveUp') continue;
            expect(outcomeCode(outcome)).toBe(expected(who, winner, domainOwner, user, account));
            if ('result' in outcome)
              expect(withoutTimes(await run(stores.store))).toEqual(withoutTimes(outcome.result));
          }
          // Requests that crashed do not block the address for others.
          if (!winner)
            expect(
              outcomeCode(
                (
                  await runSchedule(
                    stores.store,
                    [{ run: run({ ...people[0]!, key: randomUUID() }), crashPlan: noCrash }],
                    sequential,
                  )
                )[0]!,
              ),
            ).toMatch(
              domainOwner && people[0]!.by !== 'stranger' && people[0]!.by !== domainOwner
                ? /^domain\.owned/
                : /^succeeded$/,
            );
          expect(await Promise.all(people.map(creationEvents))).toEqual(events);
        },
      ),
    scheduleTimeoutMs,
  );

  it(
    "ADD-8: is created when two requests abandon each other's claims",
    () =>
      checkProperty(
        [appendSchedules],
        async (schedule) => {
          const email = `ann@${randomUUID()}.example`;
          const keys = [randomUUID(), randomUUID()];
          const run = (key: string) => (store: EventStore) =>
            createUser(
              { store, vault: stores.vault, rivalTimeoutMs: 0 },
              withRequest(new RegisterUser({ ...person('x'), email }), key),
            );
          const outcomes = await runSchedule(
            stores.store,
            keys.map((key) => ({ crashPlan: noCrash, run: run(key) })),
            schedule,
          );
          expect(outcomes.map(outcomeCode).sort()).toEqual(['succeeded', 'user.exists']);
        },
        4,
      ),
    scheduleTimeoutMs,
  );

  /** Returns the outcome code that this caller must get. */
  function expected(
    who: { by: string; key: string },
    winner: { key: string } | undefined,
    domainOwner: string | undefined,
    user: User | undefined,
    account: (by: string) => string | undefined,
  ): string {
    if (winner?.key === who.key) return 'succeeded';
    if (who.by === 'stranger') return 'user.exists';
    if (domainOwner && domainOwner !== who.by) return 'domain.owned-by-another';
    const holderAccount = accountOf(user!);
    if (holderAccount === account(who.by)) return 'user.already-in-account';
    if (holderAccount) return 'user.in-another-account';
    return domainOwner ? 'user.exists-unaffiliated' : 'user.outside-domain';
  }
});

describe('the administrators of an account', () => {
  type Act = keyof typeof acts;
  const acts = {
    lock: () => new LockUser({ reason: randomUUID() }),
    'lock again': () => new LockUser({}),
    unlock: () => new UnlockUser({}),
    delete: () => new DeleteUser({}),
    'delete, roles kept': () => new DeleteUser({ keepRoles: true }),
    restore: () => new RestoreUser({}),
    demote: () => new RevokeRole({ role: 'administrator' }),
    promote: () => new GrantRole({ role: 'administrator' }),
    'make auditor': () => new GrantRole({ role: 'auditor' }),
    rename: () => new ChangeUser({ firstName: randomUUID() }),
  };
  const change = (
    account: string,
    targetId: string,
    act: Act,
    crashPlan: CrashPlan,
    more = {},
  ): Actor<CommandResult<User>> => {
    const key = randomUUID();
    const command = acts[act]() as Command<never>;
    return {
      crashPlan,
      run: (store) => changeUser(store, withRequest<never>(command as never, key, { account, targetId, ...more })),
    };
  };

  /**
   * Checks, after each append, that the account has at least one administrator in its set and that all in its set serve.
   * `check` reads only the stream that was written.
   */
  async function watchAdministrators(account: string, users: readonly string[]) {
    let counted: string[] = [];
    const states = new Map<string, User>();
    const check = async (stream?: string): Promise<void> => {
      if (!stream || stream === `account-${account}`) counted = await stores.administratorsOf(account);
      await Promise.all(
        users
          .filter((user) => !stream || stream === `user-${user}`)
          .map(async (user) => states.set(user, await stores.loadUser(user))),
      );
      expect(serving()).toEqual(expect.arrayContaining(counted));
      expect(counted).not.toEqual([]);
    };
    const serving = () => users.filter((user) => servesAsAdministrator(states.get(user)!, new Date().toISOString()));
    await check();
    return { check, serving, counted: () => users.filter((user) => counted.includes(user)) };
  }

  const command = fc.record({
    on: fc.nat(2),
    act: fc.constantFrom<Act>(...(Object.keys(acts) as Act[])),
    crashPlan: crashPlans,
    pinned: fc.boolean(),
  });

  it(
    'ADMIN-1, ADMIN-3: are never none, whatever commands run and crash at the same time',
    () =>
      checkProperty(
        [
          fc.tuple(fc.constantFrom(...memberKinds), fc.constantFrom(...memberKinds)),
          fc.array(command, { minLength: 2, maxLength: 4 }),
          schedules,
        ],
        async (others, commands, schedule) => {
          const { account, users } = await stores.openAccount(['counted', ...others]);
          const revisions = await Promise.all(
            users.map(async (user) => (await stores.readStream(`user-${user}`)).length - 1),
          );
          const actors = commands.map(({ on, act, crashPlan, pinned }) =>
            change(account, users[on]!, act, crashPlan, pinned ? { expectedRevision: revisions[on] } : {}),
          );
          const { check, serving, counted } = await watchAdministrators(account, users);
          const outcomes = await runSchedule(stores.store, actors, schedule, check);
          if (!outcomes.includes('gaveUp') && !others.includes('uncounted')) expect(serving()).toEqual(counted());
        },
      ),
    scheduleTimeoutMs,
  );

  it(
    'ADMIN-1, ADMIN-3: keep one of two whose removals run at the same time',
    () =>
      checkProperty(
        [
          fc.constantFrom<Act>('lock', 'delete', 'demote'),
          fc.constantFrom<Act>('lock', 'delete', 'demote'),
          crashPlansWithRetries,
          crashPlansWithRetries,
          schedules,
        ],
        async (one, other, crashPlan, otherCrashPlan, schedule) => {
          const { account, users } = await stores.openAccount(['counted', 'counted']);
          const actors = [
            change(account, users[0]!, one, crashPlan),
            change(account, users[1]!, other, otherCrashPlan),
          ];
          const { check, serving, counted } = await watchAdministrators(account, users);
          const outcomes = await runSchedule(stores.store, actors, schedule, check);
          expect(outcomes.map(outcomeCode).sort()).toEqual(['account.last-administrator', 'succeeded']);
          expect(serving()).toEqual(counted());
          expect(counted().length).toBe(1);
        },
      ),
    scheduleTimeoutMs,
  );

  const restoringCommands = [
    ['unlock', 'locked'],
    ['promote', 'member'],
    ['promote', 'uncounted'],
    ['restore', 'deleted'],
  ] as const;
  const crashes = [
    { append: 0, acknowledged: true },
    { append: 1, acknowledged: false },
  ];
  it.each(restoringCommands.flatMap(([act, kind]) => crashes.map((crash) => ({ act, kind, crash }))))(
    'ADMIN-4: include a user who serves again after a retried crash: $act, before $kind ($crash)',
    async ({ act, kind, crash }) => {
      const { account, users } = await stores.openAccount(['counted', kind]);
      const actor = change(account, users[1]!, act, { crashes: [crash], givesUp: false });
      const { check, serving, counted } = await watchAdministrators(account, users);
      const [outcome] = await runSchedule(stores.store, [actor], sequential, check);
      expect([serving(), counted()]).toEqual([users, users]);
      expect(outcome).toEqual({ result: await actor.run(stores.store) });
      const own = (await stores.readStream(`user-${users[1]!}`)).filter(
        ({ revision }) => revision === (outcome as { result: CommandResult<User> }).result.revision,
      );
      expect(own.map(({ type }) => type)).toEqual([
        { unlock: 'UserUnlocked', promote: 'UserRoleGranted', restore: 'UserRestored' }[act],
      ]);
    },
  );

  /** The other command in a race with a lock, and the kind of the user that both are about. */
  const racingCommands = fc.constantFrom<{ kind: MemberKind; act: Act; pinned: boolean }>(
    { kind: 'counted', act: 'promote', pinned: false },
    { kind: 'counted', act: 'rename', pinned: true },
    { kind: 'uncounted', act: 'promote', pinned: false },
    { kind: 'uncounted', act: 'unlock', pinned: false },
    { kind: 'locked', act: 'unlock', pinned: false },
    { kind: 'deleted', act: 'restore', pinned: false },
  );
  const crashPlanPairs = fc.oneof(
    { weight: 2, arbitrary: fc.constant([noCrash, noCrash] as const) },
    { weight: 1, arbitrary: fc.tuple(crashPlans, crashPlans) },
  );

  it(
    'ADMIN-4: are right when a lock races a command that restores the same user, while another user is promoted',
    () =>
      checkProperty(
        [racingCommands, crashPlanPairs, schedules],
        async ({ kind, act, pinned }, [crashPlan, otherCrashPlan], schedule) => {
          const { account, users } = await stores.openAccount(['counted', kind, 'member']);
          const expectedRevision = 1; // of a user of the kind `counted`
          const actors = [
            change(account, users[1]!, 'lock', crashPlan, pinned ? { expectedRevision } : {}),
            change(account, users[1]!, act, otherCrashPlan),
            change(account, users[2]!, 'promote', noCrash),
          ];
          const { check, serving, counted } = await watchAdministrators(account, users);
          const outcomes = await runSchedule(stores.store, actors, schedule, check);
          if (!outcomes.includes('gaveUp') && kind !== 'uncounted') expect(serving()).toEqual(counted());
        },
        3,
      ),
    scheduleTimeoutMs,
  );
});

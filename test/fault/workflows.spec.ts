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
  coarse,
  codeOf,
  fate,
  holds,
  inTurn,
  noCrash,
  patience,
  patient,
  play,
  schedules,
  type Actor,
  type Fate,
} from '../support/schedule.js';
import { Stage, person, request, standings, targetOf, type Standing } from '../support/stage.js';

let stage: Stage;
beforeAll(async () => void (stage = await Stage.set()));
afterAll(() => stage.close());

/** Of a request that is sent twice at once, each is answered with a link that runs from its own time; which of them was recorded is a matter of ms. */
const timeless = ({ state, ...written }: CommandResult<User>) => ({
  ...written,
  at: undefined,
  state: { ...state, passwordLink: undefined },
});

const sometimes = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 });

describe('one user per address', () => {
  const rival = fc.record({ by: fc.constantFrom('a', 'b', 'stranger'), fate, twice: fc.nat(3).map((n) => n === 0) });

  it(
    'ADD-8: holds for rivals who crash and come again',
    () =>
      holds(
        [
          fc.array(rival, { minLength: 2, maxLength: 4, size: 'small' }),
          sometimes(fc.constantFrom('a', 'b')),
          schedules,
        ],
        async (rivals, domainOwner, schedule) => {
          const domain = `${randomUUID()}.example`;
          const opened = await Promise.all(
            ['a', 'b'].map((name) => stage.openAccount(['counted'], name === domainOwner ? [domain] : [])),
          );
          const account = (by: string) => opened['ab'.indexOf(by)]?.account;
          const people = rivals.map(({ by }, index) => ({
            by,
            key: randomUUID(),
            email: `${index % 2 ? 'Ann' : 'ann'}@${domain}`,
          }));
          const run =
            ({ by, key, email }: (typeof people)[number]) =>
            (store: EventStore) => {
              const claiming = { store, vault: stage.vault, courtesy: 0 };
              const fields = { ...person('x'), email };
              return by === 'stranger'
                ? createUser(claiming, request(new RegisterUser(fields), key))
                : createUser(claiming, request(new AddUser(fields), key, { account: account(by)! }));
            };
          // Some callers lose patience and send their request once more while the first is still on its way.
          const actors = people.flatMap((who, index) => {
            const { fate, twice } = rivals[index]!;
            return [{ who, fate, run: run(who) }, ...(twice ? [{ who, fate: noCrash, run: run(who) }] : [])];
          });
          const outcomes = await play(stage.store, actors, schedule);

          const made = async ({ key }: { key: string }) =>
            (await stage.events(`user-${targetOf(key)}`)).filter(
              ({ type }) => type === 'UserAdded' || type === 'UserRegistered',
            );
          const events = await Promise.all(people.map(made));
          const winners = people.filter((_, index) => events[index]!.length > 0);
          expect(events.flat().length).toBe(winners.length);
          expect(winners.length).toBeLessThanOrEqual(1);

          const winner = winners[0];
          const user = winner && (await stage.user(targetOf(winner.key)));
          for (const [index, { who, run }] of actors.entries()) {
            const outcome = outcomes[index]!;
            if (outcome === 'gone') continue;
            expect(codeOf(outcome)).toBe(expected(who, winner, domainOwner, user, account));
            if ('answer' in outcome) expect(timeless(await run(stage.store))).toEqual(timeless(outcome.answer));
          }
          // Whatever the crashed left behind, the address is not lost.
          if (!winner)
            expect(
              codeOf(
                (
                  await play(stage.store, [{ run: run({ ...people[0]!, key: randomUUID() }), fate: noCrash }], inTurn)
                )[0]!,
              ),
            ).toMatch(
              domainOwner && people[0]!.by !== 'stranger' && people[0]!.by !== domainOwner
                ? /^domain\.owned/
                : /^answered$/,
            );
          expect(await Promise.all(people.map(made))).toEqual(events);
        },
      ),
    patience,
  );

  it(
    "ADD-8: holds for two who void each other's claims",
    () =>
      holds(
        [coarse],
        async (schedule) => {
          const email = `ann@${randomUUID()}.example`;
          const keys = [randomUUID(), randomUUID()];
          const run = (key: string) => (store: EventStore) =>
            createUser(
              { store, vault: stage.vault, rivalTimeoutMs: 0 },
              request(new RegisterUser({ ...person('x'), email }), key),
            );
          const outcomes = await play(
            stage.store,
            keys.map((key) => ({ fate: noCrash, run: run(key) })),
            schedule,
          );
          expect(outcomes.map(codeOf).sort()).toEqual(['answered', 'user.exists']);
        },
        4,
      ),
    patience,
  );

  /** What this one must be told. */
  function expected(
    who: { by: string; key: string },
    winner: { key: string } | undefined,
    domainOwner: string | undefined,
    user: User | undefined,
    account: (by: string) => string | undefined,
  ): string {
    if (winner?.key === who.key) return 'answered';
    if (who.by === 'stranger') return 'user.exists';
    if (domainOwner && domainOwner !== who.by) return 'domain.owned-by-another';
    const holds = accountOf(user!);
    if (holds === account(who.by)) return 'user.already-in-account';
    if (holds) return 'user.in-another-account';
    return domainOwner ? 'user.exists-unaffiliated' : 'user.outside-domain';
  }
});

describe('never an account without an administrator', () => {
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
  const change = (account: string, targetId: string, act: Act, fate: Fate, more = {}): Actor<CommandResult<User>> => {
    const key = randomUUID();
    const command = acts[act]() as Command<never>;
    return {
      fate,
      run: (store) => changeUser(store, request<never>(command as never, key, { account, targetId, ...more })),
    };
  };

  /** Watches that those who count can log in, and that there is one; reads anew what was written. */
  async function watch(account: string, users: readonly string[]) {
    let counted: string[] = [];
    const states = new Map<string, User>();
    const look = async (stream?: string): Promise<void> => {
      if (!stream || stream === `account-${account}`) counted = await stage.administrators(account);
      await Promise.all(
        users
          .filter((user) => !stream || stream === `user-${user}`)
          .map(async (user) => states.set(user, await stage.user(user))),
      );
      expect(serving()).toEqual(expect.arrayContaining(counted));
      expect(counted).not.toEqual([]);
    };
    const serving = () => users.filter((user) => servesAsAdministrator(states.get(user)!, new Date().toISOString()));
    await look();
    return { look, serving, counted: () => users.filter((user) => counted.includes(user)) };
  }

  const step = fc.record({
    on: fc.nat(2),
    act: fc.constantFrom<Act>(...(Object.keys(acts) as Act[])),
    fate,
    pinned: fc.boolean(),
  });

  it(
    'ADMIN-1, ADMIN-3: holds at every moment, whoever acts and crashes',
    () =>
      holds(
        [
          fc.tuple(fc.constantFrom(...standings), fc.constantFrom(...standings)),
          fc.array(step, { minLength: 2, maxLength: 4 }),
          schedules,
        ],
        async (others, steps, schedule) => {
          const { account, users } = await stage.openAccount(['counted', ...others]);
          const revisions = await Promise.all(
            users.map(async (user) => (await stage.events(`user-${user}`)).length - 1),
          );
          const actors = steps.map(({ on, act, fate, pinned }) =>
            change(account, users[on]!, act, fate, pinned ? { expectedRevision: revisions[on] } : {}),
          );
          const { look, serving, counted } = await watch(account, users);
          const outcomes = await play(stage.store, actors, schedule, look);
          if (!outcomes.includes('gone') && !others.includes('uncounted')) expect(serving()).toEqual(counted());
        },
      ),
    patience,
  );

  it(
    'ADMIN-1, ADMIN-3: keeps one of two who take each other away at once',
    () =>
      holds(
        [
          fc.constantFrom<Act>('lock', 'delete', 'demote'),
          fc.constantFrom<Act>('lock', 'delete', 'demote'),
          patient,
          patient,
          schedules,
        ],
        async (one, other, fate, otherFate, schedule) => {
          const { account, users } = await stage.openAccount(['counted', 'counted']);
          const actors = [change(account, users[0]!, one, fate), change(account, users[1]!, other, otherFate)];
          const { look, serving, counted } = await watch(account, users);
          const outcomes = await play(stage.store, actors, schedule, look);
          expect(outcomes.map(codeOf).sort()).toEqual(['account.last-administrator', 'answered']);
          expect(serving()).toEqual(counted());
          expect(counted().length).toBe(1);
        },
      ),
    patience,
  );

  const returns = [
    ['unlock', 'locked'],
    ['promote', 'member'],
    ['promote', 'uncounted'],
    ['restore', 'deleted'],
  ] as const;
  const between = [
    { append: 0, answered: true },
    { append: 1, answered: false },
  ];
  it.each(returns.flatMap(([act, standing]) => between.map((crash) => ({ act, standing, crash }))))(
    'ADMIN-4: counts who came back by a retry after a crash: $act, once $standing ($crash)',
    async ({ act, standing, crash }) => {
      const { account, users } = await stage.openAccount(['counted', standing]);
      const actor = change(account, users[1]!, act, { crashes: [crash], givesUp: false });
      const { look, serving, counted } = await watch(account, users);
      const [outcome] = await play(stage.store, [actor], inTurn, look);
      expect([serving(), counted()]).toEqual([users, users]);
      expect(outcome).toEqual({ answer: await actor.run(stage.store) });
      const own = (await stage.events(`user-${users[1]!}`)).filter(
        ({ revision }) => revision === (outcome as { answer: CommandResult<User> }).answer.revision,
      );
      expect(own.map(({ type }) => type)).toEqual([
        { unlock: 'UserUnlocked', promote: 'UserRoleGranted', restore: 'UserRestored' }[act],
      ]);
    },
  );

  /** What a lock may meet: how its user stands, what else is done to them. */
  const meetings = fc.constantFrom<{ standing: Standing; act: Act; pinned: boolean }>(
    { standing: 'counted', act: 'promote', pinned: false },
    { standing: 'counted', act: 'rename', pinned: true },
    { standing: 'uncounted', act: 'promote', pinned: false },
    { standing: 'uncounted', act: 'unlock', pinned: false },
    { standing: 'locked', act: 'unlock', pinned: false },
    { standing: 'deleted', act: 'restore', pinned: false },
  );
  const fates = fc.oneof(
    { weight: 2, arbitrary: fc.constant([noCrash, noCrash] as const) },
    { weight: 1, arbitrary: fc.tuple(fate, fate) },
  );

  it(
    'ADMIN-4: holds for a lock that races what brings the same one back, while another comes to count',
    () =>
      holds(
        [meetings, fates, schedules],
        async ({ standing, act, pinned }, [fate, otherFate], schedule) => {
          const { account, users } = await stage.openAccount(['counted', standing, 'member']);
          const expectedRevision = 1; // where those who are counted stand
          const actors = [
            change(account, users[1]!, 'lock', fate, pinned ? { expectedRevision } : {}),
            change(account, users[1]!, act, otherFate),
            change(account, users[2]!, 'promote', noCrash),
          ];
          const { look, serving, counted } = await watch(account, users);
          const outcomes = await play(stage.store, actors, schedule, look);
          if (!outcomes.includes('gone') && standing !== 'uncounted') expect(serving()).toEqual(counted());
        },
        3,
      ),
    patience,
  );
});

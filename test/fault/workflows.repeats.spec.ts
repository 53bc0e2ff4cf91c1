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
  codeOf,
  fate,
  holds,
  inTurn,
  killedAt,
  noCrash,
  patience,
  patient,
  play,
  schedules,
  type Actor,
  type Outcome,
} from '../support/schedule.js';
import { Stage, person, request, standings, targetOf } from '../support/stage.js';

let stage: Stage;
beforeAll(async () => void (stage = await Stage.set()));
afterAll(() => stage.close());

const claiming = (store: EventStore) => ({ store, vault: stage.vault, courtesy: 0 });
const alone = async <T>(run: Actor<T>['run']): Promise<Outcome<T>> =>
  (await play(stage.store, [{ fate: noCrash, run }], inTurn))[0]!;

describe('opening an account', () => {
  const domainsOf = (key: string) => [`a-${key}.example`, `b-${key}.example`] as const;
  const opening = (key: string, email: string) => (store: EventStore) =>
    openAccount(
      claiming(store),
      request(
        new OpenAccount({ name: 'Account', domains: [...domainsOf(key)], administrator: { ...person('x'), email } }),
        key,
      ),
    );

  /** Open with all that belongs to it, or closed (if ever opened) and as if it had never been. */
  async function check(key: string): Promise<'open' | 'closed' | 'absent'> {
    const id = targetOf(key);
    const administrator = uuidv5('administrator', key);
    const { status } = await stage.account(id);
    const opened = status === 'open';
    expect((await Promise.all(domainsOf(key).map(stage.ownerOf))).map((owner) => owner === id)).toEqual([
      opened,
      opened,
    ]);
    expect((await stage.events(`user-${administrator}`)).filter(({ type }) => type === 'UserAdded').length).toBe(
      opened ? 1 : 0,
    );
    expect(await stage.administrators(id)).toEqual(opened ? [administrator] : []);
    return status;
  }

  const steps = ['account', 'first domain', 'second domain', 'claim', 'user', 'appointment'];
  it.each(steps.flatMap((step, append) => [false, true].map((answered) => ({ step, append, answered }))))(
    'ACCOUNT-1, HTTP-2: is completed by a retry after a crash at the $step (answered: $answered)',
    async (crash) => {
      const key = randomUUID();
      const run = opening(key, `ann@${key}.example`);
      const [outcome] = await play(stage.store, [{ run, fate: { crashes: [crash], givesUp: false } }], inTurn);
      expect(await check(key)).toBe('open');
      // Others write to the account; the repeat answers as at first.
      const account = targetOf(key);
      const bob = randomUUID();
      await createUser(claiming(stage.store), request(new AddUser(person(bob)), bob, { account }), {
        startingRoles: ['administrator'],
      });
      expect(await alone(run)).toEqual(outcome);
    },
  );

  it.each([2, 3].flatMap((append) => [false, true].map((answered) => ({ append, answered }))))(
    'ACCOUNT-2: stays undone, or was not undone at all, after a crash while it is undone (append $append, answered: $answered)',
    async (crash) => {
      const { account } = await stage.openAccount(['counted']);
      const key = randomUUID();
      const targetId = domainsOf(key)[1];
      let [lives, taken] = [0, false];
      const change = (command: AssertDomain | ReleaseDomain) =>
        changeDomainOwner(stage.store, request<never>(command as never, randomUUID(), { account, targetId }));
      const run = async (store: EventStore) => {
        // By the time of the retry nothing is in the way any more.
        if (++lives === 2) await change(new ReleaseDomain({}));
        return opening(key, `ann@${key}.example`)(store);
      };
      const [outcome] = await play(
        stage.store,
        [{ run, fate: { crashes: [crash], givesUp: false } }],
        inTurn,
        async (stream) => {
          if (taken || stream !== `account-${targetOf(key)}`) return;
          taken = true;
          await change(new AssertDomain({}));
        },
      );
      const closed = crash.append > 2 || crash.answered;
      expect(await check(key)).toBe(closed ? 'closed' : 'open');
      expect(codeOf(outcome!)).toBe(closed ? 'account.not-opened' : 'answered');
    },
  );

  it('ACCOUNT-1: was undone, or never was: nobody is added to such an account', async () => {
    const [key, account] = [randomUUID(), randomUUID()];
    expect(
      codeOf(await alone((store) => createUser(claiming(store), request(new AddUser(person(key)), key, { account })))),
    ).toBe('account.not-found');
    expect(await stage.events(`user-${targetOf(key)}`)).toEqual([]);
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
    'ACCOUNT-2: is whole or undone, whoever takes what it wants',
    () =>
      holds([rivals, fate, patient, schedules], async (rival, fate, rivalFate, schedule) => {
        const { account } = await stage.openAccount(['counted']);
        const [key, rivalKey, releaseKey] = [randomUUID(), randomUUID(), randomUUID()];
        const email = `ann@${key}.example`;
        const run = opening(key, email);
        const domain = rival === 'takes the domain of the address' ? `${key}.example` : domainsOf(key)[1];
        const rivalling = async (store: EventStore): Promise<CommandResult<unknown>> => {
          if (rival === 'takes the address')
            return createUser(claiming(store), request(new AddUser({ ...person('x'), email }), rivalKey, { account }));
          const taken = await changeDomainOwner(
            store,
            request(new AssertDomain({}), rivalKey, { account, targetId: domain }),
          );
          return rival === 'takes a domain for a moment'
            ? changeDomainOwner(store, request(new ReleaseDomain({}), releaseKey, { account, targetId: domain }))
            : taken;
        };
        const actors: Actor<CommandResult<unknown>>[] = [
          { run, fate },
          { run: rivalling, fate: rivalFate },
        ];
        const [first, rivals] = await play(stage.store, actors, schedule);
        const outcome = first === 'gone' ? await alone(run) : first!;
        const status = await check(key);
        if (codeOf(outcome) === 'answered') {
          expect(status).toBe('open');
          expect(await alone(run)).toEqual(outcome);
        } else {
          expect(codeOf(outcome)).toMatch(/^(account\.not-opened|domain\.owned-by-another|user\.in-another-account)$/);
          expect(status).not.toBe('open');
          // Refused before it began, it may be tried again; undone, it stays so.
          if (status === 'closed') expect(codeOf(await alone(run))).toBe('account.not-opened');
          expect(await check(key)).toBe(status);
        }
        if (rival !== 'takes a domain for a moment' && codeOf(outcome) !== 'answered')
          expect(codeOf(rivals!)).toBe('answered');
      }),
    patience,
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
  const act = fc.record({ act: fc.constantFrom(...Object.keys(acts), 'add', 'register'), fate: patient });

  it(
    'HTTP-2: answers what it answered first, after whatever came between, and writes once',
    () =>
      holds([fc.array(act, { minLength: 2, maxLength: 5 }), schedules], async (tried, schedule) => {
        const { account, users } = await stage.openAccount(['counted', 'counted']);
        const email = `${randomUUID()}@person.example`;
        const actors = tried.map(({ act, fate }) => {
          const key = randomUUID();
          const run = (store: EventStore, other = {}): Promise<CommandResult<unknown>> => {
            if (act === 'add')
              return createUser(
                claiming(store),
                request(new AddUser({ ...person('x'), email }), key, { account, ...other }),
              );
            if (act === 'register')
              return createUser(claiming(store), request(new RegisterUser({ ...person('x'), email }), key, other));
            return changeUser(store, request(acts[act]!(), key, { account, targetId: users[1]!, ...other }));
          };
          return { key, fate, run, target: act === 'add' || act === 'register' ? targetOf(key) : users[1]! };
        });
        const outcomes = await play(
          stage.store,
          actors.map(({ fate, run }) => ({ fate, run })),
          schedule,
        );
        for (const [index, { key, run, target }] of actors.entries()) {
          const outcome = outcomes[index]!;
          const written = async () =>
            (await stage.events(`user-${target}`)).filter(({ envelope }) => envelope.causationId === key);
          if (outcome === 'gone' || !('answer' in outcome) || !outcome.answer.changed) continue;
          const events = await written();
          expect(events.length).toBe(1);
          expect(outcome.answer.revision).toBe(events[0]!.revision);
          expect(outcome.answer.position).toBeGreaterThanOrEqual(events[0]!.position);
          // An append does not tell at which position of the log the newest event lies.
          const state = outcome.answer.state as ExistingUser;
          const told = {
            answer: {
              ...outcome.answer,
              state: { ...state, tokensSince: { ...state.tokensSince, position: expect.any(Number) } },
            },
          };
          expect(await alone(run)).toEqual(told);
          expect(codeOf(await alone((store) => run(store, { digest: 'of another body' })))).toBe(
            'idempotency.mismatch',
          );
          expect(await written()).toEqual(events);
        }
      }),
    patience,
  );
});

describe('a bulk', () => {
  it(
    'ADMIN-5: comes to what its dry run said, whoever is named, in whatever order',
    () =>
      holds(
        [
          fc.constantFrom('lock' as const, 'delete' as const),
          fc.array(fc.constantFrom(...standings), { maxLength: 8 }),
          fc.boolean(),
          fc.array(fc.nat(), { minLength: 9, maxLength: 9 }),
        ],
        async (action, others, keepsOne, places) => {
          const { account, users } = await stage.openAccount(['counted', ...others]);
          const named = keepsOne ? users.slice(1) : users;
          fc.pre(named.length > 0);
          const userIds = named.toSorted((one, other) => places[users.indexOf(one)]! - places[users.indexOf(other)]!);
          // In the end, who was named first is not who is read first.
          const load = async (...call: Parameters<EventStore['load']>) => {
            for (let waits = 2 * userIds.toReversed().indexOf(call[1]); waits > 0; waits--)
              await stage.store.lastPosition();
            return stage.store.load(...call);
          };
          const store: EventStore = Object.create(stage.store, {
            load: { value: load },
            append: { value: stage.store.append.bind(stage.store) },
          });
          const run = (dryRun: boolean) =>
            changeUsers(
              dryRun ? stage.store : store,
              stage.vault,
              request(new ChangeUsers({ action, userIds, dryRun }), randomUUID(), { account }),
            );
          const { results } = await run(true);
          expect((await run(false)).results).toEqual(results);
          expect(results.map(({ userId }) => userId)).toEqual(userIds);
        },
        2,
      ),
    patience,
  );

  it(
    'BULK-5: killed half-way, does each user once when it is tried again',
    () =>
      holds(
        [
          fc.constantFrom('lock' as const, 'delete' as const),
          fc.record({ append: fc.nat(10), answered: fc.boolean() }),
          fc.array(fc.nat(5), { maxLength: 3 }),
        ],
        async (action, crash, undone) => {
          const { account, users } = await stage.openAccount([
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
            changeUsers(store, stage.vault, request(new ChangeUsers({ action, userIds }), key, { account }));
          const { store, killed } = killedAt(stage.store, crash);
          await Promise.race([run(store), killed]);
          // Somebody takes some of it back in between.
          const back = action === 'lock' ? () => new UnlockUser({}) : () => new RestoreUser({});
          for (const index of new Set(undone))
            await alone((store) =>
              changeUser(store, request<never>(back() as never, randomUUID(), { account, targetId: userIds[index]! })),
            );
          const done = await run(stage.store);
          expect(done.results).toEqual(
            userIds.map((userId) => ({ userId, ok: true, changed: true, mayHaveIssuedTokens: expect.any(Boolean) })),
          );
          expect(await run(stage.store)).toEqual(done);
          const streams = await Promise.all(userIds.map((user) => stage.events(`user-${user}`)));
          const type = action === 'lock' ? 'UserLocked' : 'UserDeleted';
          expect(streams.map((events) => events.filter((event) => event.type === type).length)).toEqual(
            userIds.map(() => 1),
          );
          expect(await stage.administrators(account)).toContain(users[6]!);
        },
        0.25,
      ),
    patience,
  );
});

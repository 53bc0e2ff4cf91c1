import 'reflect-metadata';
import * as fc from 'fast-check';
import type { Actor, Recorded } from '#libs/kernel';
import { userEvent, type LockCause, type UserEvent } from '../domain/user.events.js';
import { toStoredUserItem } from './user-item.js';
import { foldUser } from './fold-user.js';
import type { UserAcrossAccounts } from './user-view.js';

const day = 86_400_000;
const administrator: Actor = { id: 'ada', kind: 'user' };
const timeOf = (nth: number): string => new Date(Date.parse('2026-01-01T00:00:00Z') + nth * day).toISOString();

/** These events of a user, one a day, each in the account that it names. */
function fold(
  events: readonly (UserEvent | { type: 'UserLoggedIn'; data: { method: string; at: string } })[],
  accounts: readonly string[] = [],
): UserAcrossAccounts {
  const recorded = events.map(({ type, data }, nth): Recorded => ({
    id: `event-${nth}`,
    type,
    data,
    stream: type === 'UserLoggedIn' ? 'login-leo' : 'user-leo',
    revision: nth,
    position: nth,
    envelope: {
      correlationId: '',
      causationId: '',
      actor: administrator,
      subject: { kind: 'user', id: 'leo' },
      account: accounts[nth] ?? 'acme',
      at: timeOf(nth),
      reason: 'secret',
      schema: 1,
    },
  }));
  return recorded.reduce<UserAcrossAccounts | undefined>(foldUser, undefined)!;
}

const added = userEvent('UserAdded', {
  account: 'acme',
  email: 'leo@acme.example',
  firstName: 'Leo',
  lastName: 'Roth',
  country: 'DE',
  status: 'active',
});
const loggedIn = { type: 'UserLoggedIn', data: { method: 'oidc', at: timeOf(0) } } as const;
const locked = (cause: LockCause) => userEvent('UserLocked', { cause, disableModeDays: 7 });
const unlocked = userEvent('UserUnlocked', { causes: ['administrator', 'failedLogins', 'unaffiliated', 'dormant'] });
const deletedFrom = (account: string) =>
  userEvent('UserDeleted', {
    account,
    restorableUntil: timeOf(100),
    keptRoles: [],
    releasedLicences: [],
    disableModeDays: 7,
  });
const addedTo = (account: string) => userEvent('UserAddedToAccount', { account, rule: 'administrator' });
const restored = userEvent('UserRestored', { account: 'acme' });

const endsIn = (seen: UserAcrossAccounts, account = 'acme') =>
  toStoredUserItem(seen.accounts[account]!).locks.map(({ disableModeUntil }) => disableModeUntil);

describe('disable mode', () => {
  it('LOCK-11: begins with the first lock since the user could log in, whatever happens until they can again', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            locked('administrator'),
            locked('dormant'),
            unlocked,
            deletedFrom('acme'),
            restored,
            addedTo('acme'),
          ),
          { maxLength: 20 },
        ),
        (events) => {
          // Only what can happen: one who is deleted is neither locked nor unlocked, a member neither restored nor added.
          let isMember = true;
          const life = events.filter(({ type }) => {
            if (isMember === (type === 'UserRestored' || type === 'UserAddedToAccount')) return false;
            if (type === 'UserDeleted' || type === 'UserRestored' || type === 'UserAddedToAccount')
              isMember = !isMember;
            return true;
          });
          const all = [added, loggedIn, ...life];
          // The first day of the last run of days on which there was a lock.
          let first: number | undefined;
          for (const nth of all.keys()) {
            const isLocked = fold(all.slice(0, nth + 1)).accounts['acme']!.locks.length > 0;
            first = isLocked ? (first ?? nth) : undefined;
          }
          const seen = fold(all);
          expect(endsIn(seen)).toEqual(seen.accounts['acme']!.locks.map(() => timeOf(first! + 7)));
        },
      ),
    ));

  it('LOCK-13: is not begun by failed logins', () => {
    expect(endsIn(fold([added, loggedIn, locked('failedLogins')]))).toEqual([null]);
    expect(endsIn(fold([added, loggedIn, locked('failedLogins'), locked('administrator')]))).toEqual([
      null,
      timeOf(3 + 7),
    ]);
    expect(endsIn(fold([added, loggedIn, locked('administrator'), locked('failedLogins')]))).toEqual([
      timeOf(2 + 7),
      null,
    ]);
  });

  it('LOCK-11: is not begun anew by a lock on one that has not ended, but by one on a lock that has', () => {
    const until = (nth: number) =>
      userEvent('UserLocked', { cause: 'dormant', until: timeOf(nth), disableModeDays: 7 });
    expect(endsIn(fold([added, loggedIn, until(4), locked('administrator')]))).toEqual([timeOf(2 + 7), timeOf(2 + 7)]);
    expect(endsIn(fold([added, loggedIn, until(3), locked('administrator')]))).toEqual([timeOf(2 + 7), timeOf(3 + 7)]);
  });
});

describe('a lock', () => {
  const moved = fold(
    [added, locked('administrator'), deletedFrom('acme'), addedTo('globex')],
    ['acme', 'acme', 'acme', 'globex'],
  );

  it('LOCK-9: that another account set says so, not who set it and why', () => {
    const { locks } = toStoredUserItem(moved.accounts['globex']!);
    expect(locks).toMatchObject(
      ['administrator', 'unaffiliated'].map((cause) => ({
        cause,
        reason: null,
        by: { id: expect.stringMatching(/^[0-]+$/), kind: 'another-account' },
      })),
    );
    expect(JSON.stringify(locks)).not.toMatch(/ada|acme|secret/);
  });

  it('LOCK-9: is told in full where it was set', () => {
    expect(toStoredUserItem(moved.accounts['acme']!).locks).toMatchObject([
      { reason: 'secret', by: administrator },
      { reason: 'secret', by: administrator },
    ]);
  });
});

describe('who can be restored', () => {
  const canBe = ({ accounts }: UserAcrossAccounts) =>
    Object.keys(accounts).filter((account) => accounts[account]!.canBeRestored);

  it('LIST-7: is a user that the account has deleted, until the user is restored or in an account again', () => {
    const life = [
      added,
      deletedFrom('acme'),
      addedTo('globex'),
      deletedFrom('globex'),
      addedTo('acme'),
      deletedFrom('acme'),
      restored,
    ];
    const accounts = ['acme', 'acme', 'globex', 'globex', 'acme', 'acme', 'acme'];
    expect(life.map((_, nth) => canBe(fold(life.slice(0, nth + 1), accounts)))).toEqual([
      [],
      ['acme'],
      [],
      ['globex'],
      [],
      ['acme'],
      [],
    ]);
  });
});

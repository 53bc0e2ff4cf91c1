/* oxlint-disable promise/valid-params -- `then` is the last word of given/when/then, no promise's */
import * as fc from 'fast-check';
import { fold, given, type PastEvent } from '#libs/kernel';
import { FailLogin, LoginDecider, isGuessedAt, loginEvent } from './login.js';
import {
  RequestPasswordReset,
  RequestPasswordResetByAddress,
  SetPassword,
} from '../areas/credentials/credentials.commands.js';
import { UserDecider } from './user.decider.js';
import { userEvent, type UserEvent } from './user.events.js';
import type { ExistingUser } from './user.state.js';

const added = userEvent('UserAdded', {
  account: 'account',
  email: 'anna@example.com',
  firstName: 'Anna',
  lastName: 'Berg',
  country: 'DE',
  status: 'active',
});
const locked = userEvent('UserLocked', { cause: 'administrator', disableModeDays: 7 });
const unlocked = userEvent('UserUnlocked', { causes: ['administrator'] });
const administrator = userEvent('UserRoleGranted', { role: 'administrator' });
const by = (command: string, event: UserEvent): PastEvent<UserEvent> => ({
  ...event,
  envelope: { causationId: command },
});
const requested = (expiresAt: string) => userEvent('UserPasswordResetRequested', { expiresAt });
const changed = userEvent('UserPasswordChanged', {});
const user = (...past: PastEvent<UserEvent>[]) => given(UserDecider, ...past);
const state = (...past: PastEvent<UserEvent>[]) => fold(UserDecider, past) as ExistingUser;

// The kit's commands are of 2026-01-15T12:00:00Z.
const inAnHour = '2026-01-15T13:00:00.000Z';
const inAWeek = '2026-01-22T12:00:00.000Z';

describe('a link that sets a password', () => {
  it('PASSWORD-5: comes with the welcome, and works for 7 days', () => {
    expect(state(by('welcome', added)).passwordLink).toEqual({
      request: 'welcome',
      expiresAt: '2026-01-08T00:00:00.000Z',
    });
  });

  it('LIFE-12, PASSWORD-6: is asked for by an administrator: for an hour, or a week where it is the welcome again', () => {
    user(added, changed).when(new RequestPasswordReset({})).then(requested(inAnHour));
    user(added).when(new RequestPasswordReset({})).then(requested(inAWeek));
    user(added, locked).when(new RequestPasswordReset({})).refuses('user.locked');
    user(added, administrator)
      .when(new RequestPasswordReset({}), { mayActOnAdministrators: false })
      .refuses('user.outranks-caller');
  });

  it('PASSWORD-8: is asked for by whoever knows the address: a new one, unless the open one has 15 minutes left', () => {
    user(added, changed).when(new RequestPasswordResetByAddress({})).then(requested(inAnHour));
    user(added, changed, by('a', requested('2026-01-15T12:15:00.000Z')))
      .when(new RequestPasswordResetByAddress({}))
      .then();
    user(added, changed, by('a', requested('2026-01-15T12:00:00.000Z')))
      .when(new RequestPasswordResetByAddress({}))
      .then(requested(inAnHour));
    user(added, changed, locked).when(new RequestPasswordResetByAddress({})).then();
    user().when(new RequestPasswordResetByAddress({})).then();
  });

  it('PASSWORD-9: a new one leaves the one before it valid to its end', () => {
    const newer = userEvent('UserPasswordResetRequested', { expiresAt: inAnHour, olderLinksStay: true });
    const past = [added, changed, by('older', requested('2026-01-15T12:14:59.999Z'))];
    user(...past)
      .when(new RequestPasswordResetByAddress({}))
      .then(newer);
    for (const link of ['older', 'newer'])
      user(...past, by('newer', newer))
        .when(new SetPassword({ link }))
        .then(changed);
    user(...past, by('newer', newer))
      .when(new SetPassword({ link: 'older' }), { at: '2026-01-15T12:14:59.999Z' })
      .refuses('link.not-valid');
    user(...past, by('newer', newer), changed)
      .when(new SetPassword({ link: 'older' }))
      .refuses('link.not-valid');
    // An administrator's link takes the place of all.
    user(...past, by('newer', newer), by('newest', requested(inAnHour)))
      .when(new SetPassword({ link: 'newer' }))
      .refuses('link.not-valid');
  });

  it('PASSWORD-6: works once, the newest alone, until its time, for one who may log in', () => {
    const link = by('asked', requested(inAnHour));
    const use = new SetPassword({ link: 'asked' });
    user(added, link).when(use).then(changed);
    user(added, link, changed).when(use).refuses('link.not-valid');
    user(added, link, by('newer', requested(inAnHour)))
      .when(use)
      .refuses('link.not-valid');
    user(added, by('asked', requested('2026-01-15T12:00:00.000Z')))
      .when(use)
      .refuses('link.not-valid');
    user(added, link, locked).when(use).refuses('link.not-valid');
    user(added, link, locked, unlocked).when(use).then(changed);
    user().when(use).refuses('link.not-valid');
  });
});

it('PASSWORD-11: a password that was shown must still be the user’s when it is replaced, and nothing else must be as it was', () => {
  const replace = new SetPassword({ replaces: 'first' });
  const first = by('first', changed);
  user(added, first).when(replace).then(changed);
  user(added, first, userEvent('UserRenamed', { firstName: 'Ann', lastName: 'Lee' }))
    .when(replace)
    .then(changed);
  user(added, first, by('second', changed)).when(replace).refuses('password.wrong');
  user(added, first, locked).when(replace).refuses('password.wrong');
  user(added).when(replace).refuses('password.wrong');
});

describe('what a change of the password, a lock or a deletion does to sessions', () => {
  it('SESSION-3: ends those begun before', () => {
    expect(state(added).sessionsSince).toBe(0);
    expect(state(added, administrator, changed).sessionsSince).toBe(2);
    expect(state(added, locked, unlocked).sessionsSince).toBe(1);
    const deleted = userEvent('UserDeleted', {
      account: 'account',
      restorableUntil: inAWeek,
      keptRoles: [],
      releasedLicences: [],
      disableModeDays: 7,
    });
    expect(state(added, deleted, userEvent('UserRestored', { account: 'account' })).sessionsSince).toBe(1);
  });
});

describe('ten failed logins in 15 minutes', () => {
  const failures = (...at: string[]) => ({ failures: at });
  const minutesAgo = (minutes: number) => new Date(Date.parse('2026-01-15T12:00:00Z') - minutes * 60_000).toISOString();
  const ten = Array.from({ length: 10 }, (_, nth) => minutesAgo(14 - nth));

  it('LOGIN-5: are too many; nine are not, nor older ones, nor those from before an unlock', () => {
    const now = minutesAgo(0);
    expect(isGuessedAt(failures(...ten), now)).toBe(true);
    expect(isGuessedAt(failures(...ten.slice(1)), now)).toBe(false);
    expect(isGuessedAt(failures(minutesAgo(15), ...ten.slice(1)), now)).toBe(false);
    expect(isGuessedAt(failures(minutesAgo(15 - 1 / 60_000), ...ten.slice(1)), now)).toBe(true);
    expect(isGuessedAt(failures(...ten), now, minutesAgo(14))).toBe(false);
  });

  it('LOGIN-5: are recorded up to the tenth, however many come at once', () => {
    const fail = new FailLogin({ method: 'password' });
    given(LoginDecider, ...ten.slice(1).map(failed))
      .when(fail)
      .then(failed(minutesAgo(0)));
    given(LoginDecider, ...ten.map(failed))
      .when(fail)
      .then();
    given(LoginDecider, ...ten.map(failed))
      .when(fail, { forgivenAt: ten.at(-1) })
      .then(failed(minutesAgo(0)));
  });

  const failed = (at: string) => loginEvent('LoginFailed', { method: 'password', at });
  const loggedIn = loginEvent('UserLoggedIn', { method: 'password', at: minutesAgo(3) });

  it('LOGIN-6: are counted from the last login that did not fail', () => {
    expect(fold(LoginDecider, [...ten.map(failed), loggedIn, failed(minutesAgo(2))])).toEqual(failures(minutesAgo(2)));
    const nine = ten.slice(1).map(failed);
    expect(isGuessedAt(fold(LoginDecider, [failed(ten[0]!), loggedIn, ...nine]), minutesAgo(0))).toBe(false);
    expect(isGuessedAt(fold(LoginDecider, [loggedIn, failed(ten[0]!), ...nine]), minutesAgo(0))).toBe(true);
    given(LoginDecider)
      .when(new FailLogin({ method: 'password' }))
      .then(failed('2026-01-15T12:00:00.000Z'));
  });

  it('LOGIN-6: are not forgiven by a login of before them, that is reported after them', () => {
    const late = loginEvent('UserLoggedIn', { method: 'oidc', at: minutesAgo(10) });
    expect(fold(LoginDecider, [...ten.map(failed), late])).toEqual(failures(...ten.slice(5)));
  });

  it('LOGIN-5: are all that a login depends on: the newest 20 events tell as much as all do, up to ten of them late logins', () => {
    const past = fc
      .array(fc.oneof({ weight: 4, arbitrary: fc.constant('fails') }, fc.nat(40)), { maxLength: 40, size: 'max' })
      .map((acts) =>
        acts.map((act, nth) =>
          typeof act === 'string'
            ? failed(minutesAgo(40 - nth))
            : loginEvent('UserLoggedIn', { method: 'oidc', at: minutesAgo(act) }),
        ),
      );
    fc.assert(
      fc.property(past, (all) => {
        const newest = all.slice(-LoginDecider.foldLast!);
        fc.pre(newest.filter(({ type }) => type === 'UserLoggedIn').length <= 10);
        expect(fold(LoginDecider, newest)).toEqual(fold(LoginDecider, all));
      }),
    );
  });
});

/* oxlint-disable promise/valid-params -- `then` is the last word of given/when/then, no promise's */
import { fold, given, type PastEvent } from '../../../../../test/support/given.js';
import { RequestPasswordReset, RequestPasswordResetByAddress, SetPassword } from './credentials.commands.js';
import { UserDecider } from '../../domain/user.decider.js';
import { userEvent, type UserEvent } from '../../domain/user.events.js';
import type { ExistingUser } from '../../domain/user.state.js';

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

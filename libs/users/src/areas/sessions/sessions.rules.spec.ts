/* oxlint-disable promise/valid-params -- `then` is the last word of given/when/then, no promise's */
import { userEvent, type ExistingUser, type UserEvent } from '#libs/users';
import { fold, type PastEvent } from '../../../../../test/support/given.js';
import { added, deleted, granted, lockedByAdministrator, unlocked, user } from '../../../../../test/support/users.js';
import { UserDecider } from '../../domain/user.decider.js';
import { EndUserSession, EndUserSessions } from './sessions.commands.js';

const openSessions = ['one', 'two'];
const ended = (session?: string) => userEvent('UserSessionsEnded', session ? { session } : {});
const commands = [new EndUserSessions({}), new EndUserSession({ sessionId: 'one' })];

describe('ending the sessions of a user', () => {
  it('SESSION-9: is recorded, and changes nothing if there is no such session', () => {
    user(added).when(new EndUserSessions({}), { openSessions }).then(ended());
    user(added)
      .when(new EndUserSession({ sessionId: 'two' }), { openSessions })
      .then(ended('two'));
    user(added).when(new EndUserSessions({}), { openSessions: [] }).then();
    user(added)
      .when(new EndUserSession({ sessionId: 'three' }), { openSessions })
      .then();
  });

  it('SESSION-9: is refused for former members, users of other accounts and, by rank, administrators', () => {
    for (const command of commands) {
      user().when(command, { openSessions }).refuses('user.not-found');
      user(added).when(command, { openSessions, account: 'another' }).refuses('user.not-found');
      user(added, deleted).when(command, { openSessions }).refuses('user.not-active');
      user(added, granted('administrator'))
        .when(command, { openSessions, mayActOnAdministrators: false })
        .refuses('user.outranks-caller');
    }
  });

  it('SESSION-10: ends those that began before, and keeps the reason of the latest end', () => {
    const stateAfter = (...past: readonly PastEvent<UserEvent>[]) => fold(UserDecider, past) as ExistingUser;
    expect(stateAfter(added, ended('one'))).toMatchObject({ sessionsSince: 0 });
    expect(stateAfter(added, ended())).toMatchObject({
      sessionsSince: 1,
      sessionsEndedBecause: 'ended-by-administrator',
    });
    const byThemselves = { ...ended(), envelope: { actor: { id: 'target', kind: 'user' } as const } };
    expect(stateAfter(added, byThemselves)).toMatchObject({ sessionsEndedBecause: 'ended-by-user' });
    expect(stateAfter(added, lockedByAdministrator, unlocked('administrator'))).toMatchObject({
      sessionsSince: 1,
      sessionsEndedBecause: 'locked',
    });
    expect(stateAfter(added, lockedByAdministrator, deleted)).toMatchObject({
      sessionsSince: 2,
      sessionsEndedBecause: 'deleted',
    });
    expect(stateAfter(added, userEvent('UserPasswordChanged', {}))).toMatchObject({
      sessionsEndedBecause: 'password-changed',
    });
  });
});

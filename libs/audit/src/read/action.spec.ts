import { toAction, actions } from './action.js';

describe('the name of an action', () => {
  it.each([
    ['UserLocked', 'user.locked'],
    ['UserRoleGranted', 'user.role-granted'],
    ['UserLoggedIn', 'user.logged-in'],
    ['UserAddedToAccount', 'user.added-to-account'],
    ['AccessTokenIssued', 'access-token.issued'],
    ['AdministratorStoodDown', 'administrator.stood-down'],
    ['AccountOpened', 'account.opened'],
    ['DomainOwned', 'domain.owned'],
  ])('AUDIT-3: of %s is %s', (type, action) => {
    expect(toAction(type)).toBe(action);
  });

  it('AUDIT-3: does not exist for an event with another subject', () => {
    expect(() => toAction('InstallationFounded')).toThrow('begins with no word of the audit trail');
  });

  it('AUDIT-3: belongs to one event only', () => {
    expect(new Set(actions).size).toBe(actions.length);
    expect(actions).not.toContain('email.claim-abandoned');
  });
});

/* oxlint-disable promise/valid-params -- `then` is the last word of given/when/then, no promise's */
import { userEvent } from '#libs/users';
import { added, deleted, offeredActions, callUndo, user } from '../../../../../test/support/users.js';
import { ChangeUser, profileActs } from './profile.commands.js';

const entitledIn = (country: string) => userEvent('UserEntitlementCountryChanged', { country });
const notEntitled = userEvent('UserEntitlementCountryChanged', {});
const renamed = (firstName: string, lastName: string) => userEvent('UserRenamed', { firstName, lastName });
const moved = (country: string) => userEvent('UserCountryChanged', { country });
const speaks = (language: string) => userEvent('UserLanguageChanged', { language });

describe('ChangeUser', () => {
  it('LIFE-10: records each field that changes, and nothing else', () => {
    const change = new ChangeUser({ firstName: 'Ann', country: 'PL', language: 'pl', entitlementCountry: 'ES' });
    user(added).when(change).then(renamed('Ann', 'Berg'), moved('PL'), speaks('pl'), entitledIn('ES'));
    user(added)
      .when(new ChangeUser({ lastName: 'Stein' }))
      .then(renamed('Anna', 'Stein'));
    user(added).when(new ChangeUser({})).then();
  });

  it('LIFE-10: clears the entitlement country with null', () => {
    const past = [added, entitledIn('ES')];
    user(...past)
      .when(new ChangeUser({ entitlementCountry: null }))
      .then(notEntitled);
    user(...past)
      .when(new ChangeUser({ entitlementCountry: 'ES' }))
      .then();
    user(...past, notEntitled)
      .when(new ChangeUser({ entitlementCountry: null }))
      .then();
  });

  it('LIFE-13: to the same values changes nothing', () =>
    user(added)
      .when(new ChangeUser({ firstName: 'Anna', lastName: 'Berg', country: 'DE', entitlementCountry: null }))
      .then());

  it('LIFE-10: is refused for a user who was deleted', () => {
    const refusal = user(added, deleted)
      .when(new ChangeUser({ firstName: 'Ann' }))
      .refuses('user.not-active');
    expect([refusal.kind, offeredActions(refusal)]).toEqual(['conflict', []]);
  });
});

describe('the undo of ChangeUser', () => {
  const { undo } = profileActs.ChangeUser;

  it('restores the former values of the fields that changed', () => {
    const past = [added, speaks('de')];
    expect(callUndo(undo, past, [renamed('Ann', 'Berg'), moved('PL'), speaks('pl'), entitledIn('ES')])).toEqual(
      new ChangeUser({ firstName: 'Anna', country: 'DE', language: 'de', entitlementCountry: null }),
    );
    expect(callUndo(undo, [...past, entitledIn('ES')], [notEntitled])).toEqual(
      new ChangeUser({ entitlementCountry: 'ES' }),
    );
  });

  it('leaves later changes of other fields alone', () =>
    expect(callUndo(undo, [added], [moved('PL')], [renamed('Ann', 'Berg')])).toEqual(
      new ChangeUser({ country: 'DE' }),
    ));

  it('gives way to a later change of the same field', () =>
    expect(callUndo(undo, [added], [renamed('Ann', 'Stein'), moved('PL')], [moved('ES')])).toBe('changedSince'));

  it('can not take a first language away, which no command clears', () =>
    expect(callUndo(undo, [added], [speaks('pl'), moved('PL')])).toBe('irreversible'));
});

/* oxlint-disable promise/valid-params -- `then` is the last word of given/when/then, no promise's */
import type { Command } from '#libs/kernel';
import { given } from '../../../../test/support/given.js';
import { AppointAdministrator, CloseAccount, OpenAccount, StandDownAdministrator } from './account.commands.js';
import { AccountDecider, checkAccountOpen } from './account.decider.js';
import { accountEvent, type AccountEvent } from './account.events.js';

const contracts = [{ country: 'DE', recurringRevenue: 1200 }];
const administrator = { email: 'anna@example.com', firstName: 'Anna', lastName: 'Berg', country: 'DE' };
const opening = new OpenAccount({ name: 'Acme', contracts, domains: ['example.com'], administrator });

const opened = accountEvent('AccountOpened', { name: 'Acme', contracts });
const closed = accountEvent('AccountClosed', {});
const appointed = (user: string) => accountEvent('AdministratorAppointed', { user });
const stoodDown = (user: string) => accountEvent('AdministratorStoodDown', { user, because: 'locked' });

const account = (...past: AccountEvent[]) => given(AccountDecider, ...past);
const appoint = (user: string) => new AppointAdministrator({ user });
const standDown = (user: string) => new StandDownAdministrator({ user, because: 'locked' });

describe('OpenAccount', () => {
  it('ACCOUNT-1, EVENT-3: opens with a name and contracts; the administrator is no part of it, since people are sealed elsewhere', () => {
    account().when(opening).then(opened);
  });
  it('ACCOUNT-1: opens without contracts', () => {
    account()
      .when(new OpenAccount({ name: 'Acme', domains: [], administrator }))
      .then(accountEvent('AccountOpened', { name: 'Acme', contracts: [] }));
  });
  it('ACCOUNT-2: refuses an id that was opened before, also one that was undone', () => {
    for (const past of [[opened], [opened, closed]]) {
      expect(
        account(...past)
          .when(opening)
          .refuses('account.not-opened'),
      ).toMatchObject({ kind: 'conflict', actions: [] });
    }
  });
});

describe('CloseAccount', () => {
  it('ACCOUNT-2: closes an open account', () => account(opened).when(new CloseAccount({})).then(closed));
  it('changes nothing where there is none, or none any more', () => {
    account().when(new CloseAccount({})).then();
    account(opened, closed).when(new CloseAccount({})).then();
  });
});

describe('AppointAdministrator', () => {
  it('counts a user', () => account(opened, appointed('ada')).when(appoint('ben')).then(appointed('ben')));
  it('counts nobody twice', () => account(opened, appointed('ada')).when(appoint('ada')).then());
  it('counts one who stood down again', () =>
    account(opened, appointed('ada'), appointed('ben'), stoodDown('ada')).when(appoint('ada')).then(appointed('ada')));
});

describe('StandDownAdministrator', () => {
  it.each(['locked', 'deleted', 'demoted', 'left'] as const)('ADMIN-1: lets one of two go, %s', (because) => {
    account(opened, appointed('ada'), appointed('ben'))
      .when(new StandDownAdministrator({ user: 'ada', because }))
      .then(accountEvent('AdministratorStoodDown', { user: 'ada', because }));
  });
  it('ADMIN-1: keeps the last one, whoever they are', () => {
    for (const past of [
      [appointed('ada')],
      [appointed('ada'), appointed('ben'), stoodDown('ben')],
      [appointed('ada'), appointed('ada')],
    ]) {
      expect(
        account(opened, ...past)
          .when(standDown('ada'))
          .refuses('account.last-administrator').kind,
      ).toBe('conflict');
    }
  });
  it('ADMIN-1: orders rivals also by one who is not counted, but never takes from none', () => {
    account(opened, appointed('ada')).when(standDown('ben')).then(stoodDown('ben'));
    account(opened).when(standDown('ben')).refuses('account.last-administrator');
  });
  it('ADMIN-1: of two who stand each other down, the second is refused', () => {
    account(opened, appointed('ada'), appointed('ben')).when(standDown('ben')).then(stoodDown('ben'));
    account(opened, appointed('ada'), appointed('ben'), stoodDown('ben'))
      .when(standDown('ada'))
      .refuses('account.last-administrator');
  });
});

describe('an account that is not open', () => {
  const commands: [string, Command<never>][] = [
    ['appoints nobody', appoint('ada')],
    ['lets nobody stand down', standDown('ada')],
  ];
  it.each(commands)('%s', (_, command) => {
    for (const past of [[], [opened, appointed('ada'), appointed('ben'), closed]]) {
      expect(
        account(...past)
          .when(command)
          .refuses('account.not-found').kind,
      ).toBe('not-found');
    }
  });
  it('is refused wherever an open one is needed', () => {
    expect(() => checkAccountOpen(AccountDecider.initial)).toThrow(
      expect.objectContaining({ code: 'account.not-found' }),
    );
  });
});

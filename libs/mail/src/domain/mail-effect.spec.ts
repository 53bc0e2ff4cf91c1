import type { Recorded } from '#libs/kernel';
import { userEvent, userEvents, type UserEvent } from '#libs/users';
import { mailEffectOf } from './mail-effect.js';

const of = (event: UserEvent) => mailEffectOf(event as unknown as Recorded);
const ann = { account: 'acme', email: 'ann@acme.example', firstName: 'Ann', lastName: 'Lee', country: 'GB' };

describe('what is owed', () => {
  it.each([
    ['a member who was added: a link', userEvent('UserAdded', { ...ann, status: 'active' }), { owes: 'password-link' }],
    [
      'one who was added and needs approval: nothing yet',
      userEvent('UserAdded', { ...ann, status: 'pending' }),
      { waitsIn: 'acme' },
    ],
    [
      'a stranger who asks for approval: nothing yet',
      userEvent('UserApprovalRequested', { account: 'acme', domain: 'acme.example' }),
      { waitsIn: 'acme' },
    ],
    [
      'one who is approved: a link',
      userEvent('UserApproved', { account: 'acme' }),
      { owes: 'password-link', waitsIn: null },
    ],
    ['one who is rejected: nothing', userEvent('UserRejected', { account: 'acme' }), { waitsIn: null }],
    [
      'one who was taken in: a link',
      userEvent('UserAddedToAccount', { account: 'acme', rule: 'administrator' }),
      { owes: 'password-link', waitsIn: null },
    ],
    [
      'one who is restored: what a lock held back',
      userEvent('UserRestored', { account: 'acme' }),
      { letsIn: true, waitsIn: null },
    ],
    [
      'one who is unlocked: what a lock held back',
      userEvent('UserUnlocked', { causes: ['administrator'] }),
      { letsIn: true },
    ],
    [
      'whoever asks for a new password: a link',
      userEvent('UserPasswordResetRequested', { expiresAt: '2026-01-15T13:00:00.000Z' }),
      { owes: 'password-link' },
    ],
    ['one whose password was changed: word of it', userEvent('UserPasswordChanged', {}), { owes: 'password-changed' }],
  ])('MAIL-1: %s', (_, event, meaning) => expect(of(event)).toEqual(meaning));

  it('MAIL-1: by no other event of a user, nor by those of other streams', () => {
    const owing = Object.keys(userEvents).filter(
      (type) => 'owes' in mailEffectOf({ type, data: { status: 'active' } } as Recorded),
    );
    expect(owing).toEqual([
      'UserAdded',
      'UserApproved',
      'UserAddedToAccount',
      'UserPasswordResetRequested',
      'UserPasswordChanged',
    ]);
    expect(mailEffectOf({ type: 'constructor', data: {} } as Recorded)).toEqual({});
  });
});

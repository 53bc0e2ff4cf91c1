import type { Recorded } from '#libs/kernel';
import { userEvent, userEvents, type UserEvent } from '#libs/users';
import { mailEffectOf, typesWithMailEffect, type MailEffect } from './mail-effect.js';

const effectOf = (event: UserEvent) => mailEffectOf(event as unknown as Recorded);
const ann = { account: 'acme', email: 'ann@acme.example', firstName: 'Ann', lastName: 'Lee', country: 'GB' };

const effects: [string, UserEvent, Partial<MailEffect>][] = [
  [
    'an active user was added: a link',
    userEvent('UserAdded', { ...ann, status: 'active' }),
    { send: ['password-link'] },
  ],
  [
    'a pending user was added: no mail yet',
    userEvent('UserAdded', { ...ann, status: 'pending' }),
    { waitingIn: 'acme' },
  ],
  [
    'approval was requested: no mail yet',
    userEvent('UserApprovalRequested', { account: 'acme', domain: 'acme.example' }),
    { waitingIn: 'acme' },
  ],
  ['approved: a link', userEvent('UserApproved', { account: 'acme' }), { send: ['password-link'], waitingIn: null }],
  [
    'rejected: a notice',
    userEvent('UserRejected', { account: 'acme' }),
    { send: ['approval-rejected'], waitingIn: null },
  ],
  [
    'added to an account: a link',
    userEvent('UserAddedToAccount', { account: 'acme', rule: 'administrator' }),
    { send: ['password-link'], waitingIn: null },
  ],
  [
    'restored: the link that a lock held back',
    userEvent('UserRestored', { account: 'acme' }),
    { release: ['password-link'], waitingIn: null },
  ],
  [
    'unlocked: the link that a lock held back',
    userEvent('UserUnlocked', { causes: ['administrator'] }),
    { release: ['password-link'] },
  ],
  [
    'a new password was requested: a link',
    userEvent('UserPasswordResetRequested', { expiresAt: '2026-01-15T13:00:00.000Z' }),
    { send: ['password-link'] },
  ],
  ['the password was changed: a notice', userEvent('UserPasswordChanged', {}), { send: ['password-changed'] }],
];

const none: MailEffect = { send: [], release: [], waitingIn: undefined };

test.each(effects)('MAIL-1: %s', (_, event, effect) => expect(effectOf(event)).toEqual({ ...none, ...effect }));

test('MAIL-1: no other event of a user sends a mail, nor do events of other streams', () => {
  const sending = Object.keys(userEvents).filter(
    (type) => mailEffectOf({ type, data: { status: 'active' } } as Recorded).send.length > 0,
  );
  expect(sending).toEqual([
    'UserAdded',
    'UserApproved',
    'UserRejected',
    'UserAddedToAccount',
    'UserPasswordResetRequested',
    'UserPasswordChanged',
  ]);
  expect(mailEffectOf({ type: 'constructor', data: {} } as Recorded)).toEqual(none);
});

test('every event with an effect is followed', () => {
  expect(new Set(effects.map(([, { type }]) => type)).difference(new Set(typesWithMailEffect))).toEqual(new Set());
});

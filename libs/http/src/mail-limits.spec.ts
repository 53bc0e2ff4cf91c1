import { randomUUID } from 'node:crypto';
import { Reflector } from '@nestjs/core';
import { Clock } from './ports.js';
import { MailLimits } from './mail-limits.js';
import { anonymousCaller, type CalledRequest } from './caller.js';

class FixedClock extends Clock {
  override now = () => new Date('2026-01-15T12:00:00.000Z');
}

const caller = () => ({ ...anonymousCaller, actor: { id: randomUUID(), kind: 'user' as const } });
const request = (fields: Partial<CalledRequest>) =>
  ({ params: {}, body: {}, caller: caller(), ...fields }) as CalledRequest;
const throttled = expect.objectContaining({ code: 'access.throttled' });

test('LOGIN-14: one caller can mail thousands of users by bulk, up to a limit', () => {
  const limits = new MailLimits(new Reflector(), new FixedClock());
  const many = request({ body: { userIds: Array.from({ length: 1_000 }, () => randomUUID()) } });
  for (let nth = 0; nth < 100; nth++) limits.take(many);
  expect(() => limits.take(many)).toThrow(throttled);
  limits.take({ ...many, body: { userIds: ['x'], dryRun: true } });
  limits.take({ ...many, caller: caller() });
});

test('LOGIN-14: one person gets at most 30 mails an hour, from all callers together and in any notation of the id', () => {
  const limits = new MailLimits(new Reflector(), new FixedClock());
  const userId = randomUUID();
  for (let nth = 0; nth < 30; nth++)
    limits.take(request({ params: { userId: nth % 2 ? userId : userId.toUpperCase() } }));
  expect(() => limits.take(request({ params: { userId } }))).toThrow(throttled);
  limits.take(request({ params: { userId: randomUUID() } }));
  limits.take(request({ params: { userId, accountId: randomUUID() } }));
});

test('LOGIN-14: a request that failed does not count', () => {
  const limits = new MailLimits(new Reflector(), new FixedClock());
  const one = request({ params: { userId: randomUUID() } });
  for (let nth = 0; nth < 30; nth++) {
    limits.take(one);
    limits.giveBack(one);
  }
  for (let nth = 0; nth < 30; nth++) limits.take(one);
  expect(() => limits.take(one)).toThrow(throttled);
});

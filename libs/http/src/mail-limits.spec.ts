import { randomUUID } from 'node:crypto';
import { Reflector } from '@nestjs/core';
import { MemoryRateLimits } from '#libs/kernel';
import { MailLimits } from './mail-limits.js';
import { anonymousCaller, type CalledRequest } from './caller.js';

const createLimits = () =>
  new MailLimits(new Reflector(), new MemoryRateLimits(() => new Date('2026-01-15T12:00:00.000Z')));

const caller = () => ({ ...anonymousCaller, actor: { id: randomUUID(), kind: 'user' as const } });
const request = (fields: Partial<CalledRequest>) =>
  ({ params: {}, body: {}, caller: caller(), ...fields }) as CalledRequest;
const throttled = expect.objectContaining({ code: 'access.throttled' });

test('LOGIN-14: one caller can mail thousands of users by bulk, up to a limit', async () => {
  const limits = createLimits();
  const many = request({ body: { userIds: Array.from({ length: 1_000 }, () => randomUUID()) } });
  for (let nth = 0; nth < 100; nth++) await limits.take(many);
  await expect(limits.take(many)).rejects.toEqual(throttled);
  await limits.take({ ...many, body: { userIds: ['x'], dryRun: true } });
  await limits.take({ ...many, caller: caller() });
});

test('LOGIN-14: one person gets at most 30 mails an hour, from all callers together and in any notation of the id', async () => {
  const limits = createLimits();
  const userId = randomUUID();
  for (let nth = 0; nth < 30; nth++)
    await limits.take(request({ params: { userId: nth % 2 ? userId : userId.toUpperCase() } }));
  await expect(limits.take(request({ params: { userId } }))).rejects.toEqual(throttled);
  await limits.take(request({ params: { userId: randomUUID() } }));
  await limits.take(request({ params: { userId, accountId: randomUUID() } }));
});

test('LOGIN-14: a request that failed does not count', async () => {
  const limits = createLimits();
  const one = request({ params: { userId: randomUUID() } });
  for (let nth = 0; nth < 30; nth++) {
    await limits.take(one);
    await limits.giveBack(one);
  }
  for (let nth = 0; nth < 30; nth++) await limits.take(one);
  await expect(limits.take(one)).rejects.toEqual(throttled);
});

import { randomBytes } from 'node:crypto';
import { createHook } from 'node:async_hooks';
import { PasswordThreads } from './password-threads.js';

const task = { message: 'secret', nonce: randomBytes(16), memory: 64, passes: 1, parallelism: 1, tagLength: 32 };

test('LOGIN-9: passwords are hashed in worker threads, not in those of libuv, at most four', async () => {
  expect(new PasswordThreads().size).toBeGreaterThanOrEqual(1);
  expect(new PasswordThreads().size).toBeLessThanOrEqual(4);
  const threads = new PasswordThreads(1);
  const begun: string[] = [];
  const hook = createHook({ init: (_, type) => void begun.push(type) }).enable();
  expect(await threads.run('argon2id', task)).toHaveLength(32);
  hook.disable();
  expect(begun).not.toContain('ARGON2REQUEST');
  await threads.close();
});

test('LOGIN-9: the queue for the threads is bounded; what is beyond it is told when to come again', async () => {
  const threads = new PasswordThreads(1);
  const asked = await Promise.allSettled(Array.from({ length: 150 }, () => threads.run('argon2id', task)));
  const refused = asked.filter((result) => result.status === 'rejected').map(({ reason }) => reason);
  expect(refused.length).toBeGreaterThanOrEqual(150 - 102);
  for (const error of refused)
    expect(error).toMatchObject({ code: 'access.throttled', kind: 'throttled', members: { retryAfter: 5 } });
  expect(asked.some(({ status }) => status === 'fulfilled')).toBe(true);
  await threads.close();
});

test('LOGIN-9: closing finishes what was asked for', async () => {
  const threads = new PasswordThreads(1);
  const asked = Array.from({ length: 20 }, () => threads.run('argon2id', task));
  await threads.close();
  expect(new Set((await Promise.allSettled(asked)).map(({ status }) => status))).toEqual(new Set(['fulfilled']));
});

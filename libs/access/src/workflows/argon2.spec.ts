import { hashPassword, isOutdatedHash, verifyPassword } from './argon2.js';
import type { Argon2idTask } from './password.worker.js';
import { PasswordThreads } from './password-threads.js';

const threads = new PasswordThreads(1);
afterAll(() => threads.close());

test('PASSWORD-4: a password is known again, in whichever way it is typed', async () => {
  const hash = await hashPassword(threads, 'Zo\u00eb 1');
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(await verifyPassword(threads, 'Zoe\u0308\u00a01', hash)).toBe(true);
  expect(await verifyPassword(threads, 'Zo\u00eb  1', hash)).toBe(false);
  expect(await verifyPassword(threads, 'zo\u00eb 1', hash)).toBe(false);
  expect(await hashPassword(threads, 'Zo\u00eb 1')).not.toBe(hash);
});

test('LOGIN-4: a comparison takes one argon2id of the same cost whether or not there is a hash', async () => {
  const hash = await hashPassword(threads, 'secret');
  const costs: object[] = [];
  const counted: Pick<PasswordThreads, 'run'> = {
    run: (name, task) => {
      const { memory, passes, parallelism } = task as Argon2idTask;
      costs.push({ name, memory, passes, parallelism });
      return threads.run(name, task);
    },
  };
  for (const given of [hash, undefined]) expect(await verifyPassword(counted, 'guess', given)).toBe(false);
  expect(costs).toHaveLength(2);
  expect(costs[0]).toEqual(costs[1]);
  expect(await verifyPassword(threads, '', undefined)).toBe(false);
});

test('PASSWORD-4: a hash of cheaper times is read, and told apart', async () => {
  const cheap = '$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$xP3Jd4qpo3vxF/DuNpOMYLLA96UMCeNTw6YYbKSRPOk';
  expect([isOutdatedHash(cheap), isOutdatedHash(await hashPassword(threads, 'x'))]).toEqual([true, false]);
  expect(await verifyPassword(threads, 'guess', cheap)).toBe(false);
  await expect(verifyPassword(threads, 'guess', '$2b$10$x')).rejects.toThrow('no PHC string');
});

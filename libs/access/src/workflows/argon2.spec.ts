import { createHook } from 'node:async_hooks';
import { hashPassword, isOutdated, isPassword } from './argon2.js';

/** How many argon2 the process begins meanwhile. */
async function argon2sOf(work: () => Promise<unknown>): Promise<number> {
  let begun = 0;
  const hook = createHook({ init: (_, type) => void (begun += Number(type === 'ARGON2REQUEST')) }).enable();
  await work();
  hook.disable();
  return begun;
}

it('PASSWORD-4: knows a password again, in whichever way it is typed', async () => {
  const hash = await hashPassword('Zo\u00eb 1');
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(await isPassword('Zoe\u0308\u00a01', hash)).toBe(true);
  expect(await isPassword('Zo\u00eb  1', hash)).toBe(false);
  expect(await isPassword('zo\u00eb 1', hash)).toBe(false);
  expect(await hashPassword('Zo\u00eb 1')).not.toBe(hash);
});

it('LOGIN-4: takes one argon2id whether or not there is a hash', async () => {
  const hash = await hashPassword('secret');
  for (const given of [hash, undefined]) expect(await argon2sOf(() => isPassword('guess', given))).toBe(1);
  expect(await isPassword('', undefined)).toBe(false);
});

it('PASSWORD-4: tells a hash of cheaper times, and reads it all the same', async () => {
  const cheap = '$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$xP3Jd4qpo3vxF/DuNpOMYLLA96UMCeNTw6YYbKSRPOk';
  expect([isOutdated(cheap), isOutdated(await hashPassword('x'))]).toEqual([true, false]);
  expect(await isPassword('guess', cheap)).toBe(false);
  await expect(isPassword('guess', '$2b$10$x')).rejects.toThrow('no PHC string');
});

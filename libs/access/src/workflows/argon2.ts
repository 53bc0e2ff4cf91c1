import { randomBytes, timingSafeEqual } from 'node:crypto';
import { canonicalPassword } from '../domain/password.js';
import type { PasswordThreads } from './password-threads.js';

/** The cost of a guess: OWASP's Password Storage Cheat Sheet, argon2id with 19 MiB (in KiB here), 2 passes, 1 lane. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 } as const;

type Cost = { readonly [Name in keyof typeof cost]: number };

type Threads = Pick<PasswordThreads, 'run'>;

const derive = async (
  threads: Threads,
  password: string,
  nonce: Buffer,
  { memory, passes, parallelism }: Cost,
): Promise<Buffer> =>
  Buffer.from(
    await threads.run('argon2id', {
      message: canonicalPassword(password),
      nonce,
      memory,
      passes,
      parallelism,
      tagLength: 32,
    }),
  );

const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

/** Hashes a password in another thread. Returns a PHC string (https://github.com/P-H-C/phc-string-format). */
export async function hashPassword(threads: Threads, password: string): Promise<string> {
  const salt = randomBytes(16);
  return phc(cost, salt, await derive(threads, password, salt, cost));
}

const phc = ({ memory, passes, parallelism }: Cost, salt: Buffer, key: Buffer): string =>
  `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(key)}`;

const form = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/;

function parse(hash: string): { cost: Cost; salt: Buffer; key: Buffer } {
  const [, memory, passes, parallelism, salt = '', key = ''] = form.exec(hash) ?? [];
  if (!key) throw new Error('a password hash in the vault is no PHC string of argon2id');
  return {
    cost: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    key: Buffer.from(key, 'base64'),
  };
}

/** Is compared if there is no hash, so that the duration is the same. */
const placeholderHash = phc(cost, randomBytes(16), randomBytes(32));

/** Returns whether a password has this hash. Takes the time of one argon2id also if there is no hash. */
export async function verifyPassword(threads: Threads, password: string, hash: string | undefined): Promise<boolean> {
  const { cost: asked, salt, key } = parse(hash ?? placeholderHash);
  return timingSafeEqual(await derive(threads, password, salt, asked), key) && hash !== undefined;
}

/** Returns whether a hash was made with a lower cost than today's. */
export const isOutdatedHash = (hash: string): boolean => {
  const { cost: made } = parse(hash);
  return made.memory < cost.memory || made.passes < cost.passes;
};

import { argon2Sync, type Argon2Parameters } from 'node:crypto';

// Runs in the worker threads of `PasswordThreads`: each export is a job, with one argument and a result that can be cloned.

export type Argon2idTask = Pick<
  Argon2Parameters,
  'message' | 'nonce' | 'memory' | 'passes' | 'parallelism' | 'tagLength'
>;

/** Derives a key from a password. */
export const argon2id = (task: Argon2idTask): Uint8Array => argon2Sync('argon2id', task);

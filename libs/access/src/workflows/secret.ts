import { createHash, randomBytes } from 'node:crypto';

/** Matches the form of an access token; nothing else is looked up. */
export const tokenSecretPattern = /^rb_[A-Za-z0-9_-]{43}$/;

/** Returns a new access token: 256 random bits after `rb_`, by which scanners find leaked tokens. */
export const createTokenSecret = (): string => `rb_${randomBytes(32).toString('base64url')}`;

/** Matches the form of a session's secret. */
export const sessionSecretPattern = /^[A-Za-z0-9_-]{43}$/;

/** Returns a new session's secret: 256 random bits. */
export const createSessionSecret = (): string => randomBytes(32).toString('base64url');

/**
 * Returns the SHA-256 under which the vault stores a token or a session. A slower hash is not needed, since 256 random
 * bits can't be guessed; and the timing of a lookup by hash discloses nothing about the secret.
 */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');

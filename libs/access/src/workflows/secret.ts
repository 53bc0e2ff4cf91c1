import { createHash, randomBytes } from 'node:crypto';

/** What an access token looks like, so that nothing else is looked up. */
export const tokenSecretPattern = /^rb_[A-Za-z0-9_-]{43}$/;

/** A new access token: 256 random bits. `rb_` lets scanners for leaked secrets find it. */
export const createTokenSecret = (): string => `rb_${randomBytes(32).toString('base64url')}`;

/** What a session's secret looks like. */
export const sessionSecretPattern = /^[A-Za-z0-9_-]{43}$/;

/** A new session's secret: 256 random bits. */
export const createSessionSecret = (): string => randomBytes(32).toString('base64url');

/**
 * The form in which the vault knows a token or a session. Nothing slower than SHA-256 is needed where there is nothing to guess, and
 * a lookup by it tells a stranger with a stopwatch nothing that leads back to one.
 */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');

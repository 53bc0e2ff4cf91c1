import type { Metadata } from '@grpc/grpc-js';
import { hash, timingSafeEqual } from 'node:crypto';

/** The only user; the name is that of EventStoreDB's administrator. */
export const USERNAME = 'admin';

/** Whether a caller gave the right credentials, none, or wrong ones. */
export type Authentication = 'authenticated' | 'anonymous' | 'rejected';

/**
 * Returns a function that checks a call's HTTP Basic credentials (RFC 7617). It compares hashes in constant time.
 * @param password `undefined`: every caller is authenticated
 */
export function createAuthenticator(password: string | undefined): (metadata: Metadata) => Authentication {
  if (password === undefined) return () => 'authenticated';
  const digest = (credentials: Uint8Array): Buffer => hash('sha256', credentials, 'buffer');
  const expected = digest(Buffer.from(`${USERNAME}:${password}`));
  return (metadata) => {
    const [header] = metadata.get('authorization');
    if (header === undefined) return 'anonymous';
    const [, given = ''] = /^basic (.*)$/i.exec(header.toString()) ?? [];
    return timingSafeEqual(digest(Buffer.from(given, 'base64')), expected) ? 'authenticated' : 'rejected';
  };
}

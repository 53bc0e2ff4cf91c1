import type { Metadata } from '@grpc/grpc-js';
import { hash, timingSafeEqual } from 'node:crypto';

/** The only user; the name is that of EventStoreDB's administrator. */
export const USER = 'admin';

/** Somebody who knows the password, who gives none, or who gives a wrong one. */
export type Caller = 'admitted' | 'anonymous' | 'refused';

/**
 * Tells callers apart by their HTTP Basic credentials (RFC 7617). Digests are compared: the time that this takes depends on nothing.
 * @param password `undefined`: everybody is admitted
 */
export function recognise(password: string | undefined): (metadata: Metadata) => Caller {
  if (password === undefined) return () => 'admitted';
  const digest = (credentials: Uint8Array): Buffer => hash('sha256', credentials, 'buffer');
  const expected = digest(Buffer.from(`${USER}:${password}`));
  return (metadata) => {
    const [header] = metadata.get('authorization');
    if (header === undefined) return 'anonymous';
    const [, given = ''] = /^basic (.*)$/i.exec(header.toString()) ?? [];
    return timingSafeEqual(digest(Buffer.from(given, 'base64')), expected) ? 'admitted' : 'refused';
  };
}

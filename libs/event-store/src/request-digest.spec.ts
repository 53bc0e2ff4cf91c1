import { randomBytes } from 'node:crypto';
import type { Envelope } from '#libs/kernel';
import { MemoryKeyRing } from '../../../test/support/memory-key-ring.js';
import { Codec, type ProposedEvent, type StoredEvent } from './codec.js';

const digest = '2:5e1f';
const place = { stream: 'user-bob', revision: 3, position: 77 };
const locked: ProposedEvent = {
  id: 'e1',
  type: 'Locked',
  data: {},
  envelope: {
    correlationId: 'c1',
    causationId: 'k1',
    actor: { id: 'ann', kind: 'user' },
    subject: { id: 'bob', kind: 'user' },
    at: '2026-01-15T12:00:00.000Z',
    schema: 1,
    digest,
  },
};
const withEnvelope = (more: Partial<Envelope>): ProposedEvent => ({
  ...locked,
  envelope: { ...locked.envelope, ...more },
});

let keys: MemoryKeyRing['kept'];
let codec: Codec;
beforeEach(() => {
  const ring = new MemoryKeyRing();
  keys = ring.kept;
  codec = new Codec({ Locked: {} }, ring);
});
const encode = (event: ProposedEvent): Promise<StoredEvent> => codec.encode('user-bob', event);

describe('the digest of a request', () => {
  it('OPS-4: is sealed for the subject and read from there', async () => {
    const stored = await encode(locked);
    expect(stored.metadata).not.toHaveProperty('digest');
    expect(Object.keys(stored.metadata.sealed!)).toEqual(['subject']);
    expect(codec.decode(stored, place, keys)).toEqual({ ...locked, ...place });
  });

  it('OPS-6: is read in clear from events of earlier builds', async () => {
    const { metadata, ...stored } = await encode(withEnvelope({ digest: undefined }));
    const read = codec.decode({ ...stored, metadata: { ...metadata, digest: '5e1f' } }, place, keys);
    expect(read.envelope.digest).toBe('5e1f');
    expect(keys.size).toBe(0);
  });

  it('is gone when the subject is erased', async () => {
    const stored = await encode(locked);
    keys.set('user:bob', 'erased');
    const { envelope, erased } = codec.decode(stored, place, keys);
    expect([envelope.digest, erased]).toEqual([undefined, true]);
  });

  it('is sealed for the actor if the subject has no key, as an access token of the whole installation', async () => {
    const ended = withEnvelope({ subject: { kind: 'access-token', id: 't1' } });
    const stored = await encode(ended);
    expect(stored.metadata).not.toHaveProperty('digest');
    expect(Object.keys(stored.metadata.sealed!)).toEqual(['actor']);
    expect(codec.decode(stored, place, keys)).toEqual({ ...ended, ...place });
  });

  it('is refused if neither the subject nor the actor has a key', async () => {
    const ended = withEnvelope({
      subject: { kind: 'access-token', id: 't1' },
      actor: { kind: 'system', id: 's1' },
    });
    await expect(encode(ended)).rejects.toThrow('no key can encrypt this');
    await expect(codec.toRequestBoundId(ended)).rejects.toThrow('no key can encrypt this');
  });
});

describe('the id of an event', () => {
  const idOf = (more: Partial<Envelope>): Promise<string> => codec.toRequestBoundId(withEnvelope(more));

  it('is the same for the same digest, and another one for another digest', async () => {
    const id = await idOf({});
    expect(await idOf({})).toBe(id);
    expect(await idOf({ digest: '2:5e20' })).not.toBe(id);
  });

  it('does not tell without the key of the subject whether a guessed digest is right', async () => {
    const id = await idOf({});
    keys.set('user:bob', randomBytes(32));
    expect(await idOf({})).not.toBe(id);
  });

  it('needs no key if the request has no digest', async () => {
    expect(await idOf({ digest: undefined })).toBe('e1');
    expect(keys.size).toBe(0);
  });
});

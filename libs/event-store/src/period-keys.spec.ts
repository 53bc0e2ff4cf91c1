import { MemoryKeyRing } from '../../../test/support/memory-key-ring.js';
import { Codec, type ProposedEvent, type StoredEvent } from './codec.js';
import { seal, type SealedBox } from './sealing.js';

const place = { stream: 'login-bob', revision: 0, position: 77 };
const loggedIn: ProposedEvent = {
  id: 'e1',
  type: 'LoggedIn',
  data: { method: 'password' },
  envelope: {
    correlationId: 'c1',
    causationId: 'k1',
    actor: { id: 'importer', kind: 'service' },
    subject: { id: 'bob', kind: 'user' },
    account: 'acme',
    ip: '192.0.2.1',
    at: '2026-01-31T23:59:59.999Z',
    schema: 1,
  },
};
const withEnvelope = (more: Partial<ProposedEvent['envelope']>): ProposedEvent => ({
  ...loggedIn,
  envelope: { ...loggedIn.envelope, ...more },
});

let keys: MemoryKeyRing['kept'];
let codec: Codec;
beforeEach(() => {
  const ring = new MemoryKeyRing();
  keys = ring.kept;
  codec = new Codec({ LoggedIn: { ip: 'period' } }, ring);
});
const encode = (event: ProposedEvent): Promise<StoredEvent> => codec.encode('login-bob', event);
const periodOf = async (event: ProposedEvent): Promise<string | undefined> =>
  (await encode(event)).metadata.sealed?.period?.period;

describe('the IP address of a login', () => {
  it('OPS-4: is sealed for the user, under the key of the account and the month', async () => {
    const stored = await encode(loggedIn);
    expect(stored.metadata.sealed).toEqual({
      period: {
        owner: 'user:bob',
        period: 'period:acme:2026-01',
        format: 2,
        box: expect.any(String),
        commitment: expect.any(String),
      },
    });
    expect(JSON.stringify(stored)).not.toContain('192.0.2');
    expect(codec.decode(stored, place, keys)).toEqual({ ...loggedIn, ...place });
  });

  it('has the key of its own month, and that of no account if the user is in none', async () => {
    expect(await periodOf(withEnvelope({ at: '2026-02-01T00:00:00.000Z' }))).toBe('period:acme:2026-02');
    expect(await periodOf(withEnvelope({ account: undefined }))).toBe('period:none:2026-01');
    expect(await periodOf(withEnvelope({ ip: undefined }))).toBeUndefined();
  });

  it('is gone when the key of the month is destroyed; the rest of the event is whole', async () => {
    const stored = await encode(loggedIn);
    keys.set('period:acme:2026-01', 'erased');
    const { ip: _, ...rest } = loggedIn.envelope;
    expect(codec.decode(stored, place, keys)).toEqual({ ...loggedIn, ...place, envelope: rest });
  });

  it('is gone when the user is erased, and the event says so', async () => {
    const stored = await encode(loggedIn);
    keys.set('user:bob', 'erased');
    const { envelope, erased } = codec.decode(stored, place, keys);
    expect([envelope.ip, erased]).toEqual([undefined, true]);
  });

  it('is not stored in a month whose key is destroyed already', async () => {
    keys.set('period:acme:2026-01', 'erased');
    const stored = await encode(loggedIn);
    expect(stored.metadata).not.toHaveProperty('sealed');
    expect(codec.decode(stored, place, keys).envelope.ip).toBeUndefined();
  });

  it('OPS-6: is read from the box of the subject in events of earlier builds', async () => {
    const { metadata, ...stored } = await encode(loggedIn);
    const binding = { stream: 'login-bob', id: 'e1', type: 'LoggedIn' };
    const subject = {
      owner: 'user:bob',
      ...seal({ ip: '192.0.2.1' }, keys.get('user:bob') as Buffer, binding, 'subject'),
    };
    const read = codec.decode({ ...stored, metadata: { ...metadata, sealed: { subject } } }, place, keys);
    expect(read.envelope.ip).toBe('192.0.2.1');
  });
});

describe('the box of a period does not open', () => {
  const changed = async (change: Partial<Record<keyof SealedBox, unknown>>): Promise<StoredEvent> => {
    const { metadata, ...stored } = await encode(loggedIn);
    const period = JSON.parse(JSON.stringify({ ...metadata.sealed!.period, ...change })) as SealedBox;
    return { ...stored, metadata: { ...metadata, sealed: { period } } };
  };

  it('with the key of another month, or without one', async () => {
    await encode(withEnvelope({ at: '2026-02-01T00:00:00.000Z' }));
    for (const period of ['period:acme:2026-02', undefined]) {
      const stored = await changed({ period });
      expect(() => codec.decode(stored, place, keys)).toThrow('its period box does not open');
    }
  });

  it('if the vault does not know the key of the month: the error names it', async () => {
    const stored = await encode(loggedIn);
    keys.delete('period:acme:2026-01');
    expect(() => codec.decode(stored, place, keys)).toThrow('the vault has no key of period:acme:2026-01');
  });
});

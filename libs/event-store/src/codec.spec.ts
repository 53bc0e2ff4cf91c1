import { createCipheriv, randomBytes } from 'node:crypto';
import type { Catalogue, DomainEvent, Envelope } from '#libs/kernel';
import { MemoryKeyRing } from '../../../test/support/memory-key-ring.js';
import { Codec, type ProposedEvent, type StoredEvent } from './codec.js';
import type { BoxName, SealedBox } from './sealing.js';

type Events =
  | DomainEvent<'Named', { name?: string; country: string }>
  | DomainEvent<'Noted', { note: string; holder: string }>
  | DomainEvent<'LoggedIn', { method: string }>;

const catalogue: Catalogue<Events> = {
  Named: { personal: ['name'] },
  Noted: { personal: ['note'], sealedFor: ({ holder }) => `service:${holder}` },
  LoggedIn: { ip: 'period' },
};

const envelope: Envelope = {
  correlationId: 'c1',
  causationId: 'k1',
  actor: { id: 'ann', kind: 'user' },
  subject: { id: 'bob', kind: 'user' },
  account: 'acme',
  at: '2026-01-15T12:00:00.000Z',
  schema: 1,
};

const propose = (type: string, data: object, more: Partial<Envelope> = {}): ProposedEvent => ({
  id: 'e1',
  type,
  data,
  envelope: { ...envelope, ...more },
});
const place = { stream: 'user-bob', revision: 3, position: 77 };
const named = propose('Named', { name: 'Bob', country: 'ES' }, { reason: 'asked to', ip: '192.0.2.1' });

let keys: MemoryKeyRing;
let codec: Codec;
beforeEach(() => {
  keys = new MemoryKeyRing();
  codec = new Codec(catalogue, keys);
});
const roundTrip = async (event: ProposedEvent) => codec.decode(await codec.encode('user-bob', event), place, keys);
const ownersOf = ({ metadata: { sealed } }: StoredEvent) => [sealed?.subject?.owner, sealed?.actor?.owner];
/** The stored event with another text in one of its boxes; undefined removes the member. */
const withBox = (
  stored: StoredEvent,
  name: BoxName,
  change: { [Member in keyof SealedBox]?: unknown },
): StoredEvent => ({
  ...stored,
  metadata: {
    ...stored.metadata,
    // Through JSON, which drops undefined fields.
    sealed: JSON.parse(
      JSON.stringify({ ...stored.metadata.sealed, [name]: { ...stored.metadata.sealed![name], ...change } }),
    ),
  },
});

/** Encrypts an object as builds without a format number did: with the owner's key itself. */
function sealInFirstFormat(content: object, owner: string, name: BoxName): SealedBox {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keys.kept.get(owner) as Buffer, iv);
  cipher.setAAD(Buffer.from(JSON.stringify(['user-bob', 'e1', 'Named', name])));
  const text = Buffer.concat([cipher.update(JSON.stringify(content)), cipher.final()]);
  return { owner, box: Buffer.concat([iv, text, cipher.getAuthTag()]).toString('base64') };
}

it('decodes what it has encoded', async () => {
  expect(await roundTrip(named)).toEqual({ ...named, ...place });
});

it('OPS-4, AUDIT-6: stores no personal data in clear', async () => {
  const stored = await codec.encode('user-bob', named);
  expect(stored.data).toEqual({ country: 'ES' });
  expect(JSON.stringify(stored)).not.toMatch(/Bob|asked to|192\.0\.2/);
});

it('makes no box and no key if an event has no personal data', async () => {
  const stored = await codec.encode('user-bob', propose('Named', { name: undefined, country: 'ES' }));
  expect(stored.metadata).not.toHaveProperty('sealed');
  expect(keys.kept.size).toBe(0);
});

describe('the owner of a box', () => {
  it('OPS-4: is the subject of the event, and the actor', async () => {
    expect(ownersOf(await codec.encode('user-bob', named))).toEqual(['user:bob', 'user:ann']);
  });

  it('is the account if the subject is not a person', async () => {
    const claimed = propose(
      'Named',
      { country: 'ES' },
      { subject: { kind: 'domain', id: 'example.com' }, reason: 'ours' },
    );
    expect(ownersOf(await codec.encode('domain-example.com', claimed))).toEqual(['account:acme', undefined]);
  });

  it('is the one that the format names', async () => {
    expect(ownersOf(await codec.encode('accessToken-1', propose('Noted', { note: 'CI', holder: 'robot' })))).toEqual([
      'service:robot',
      undefined,
    ]);
  });

  const ofInstallation = { subject: { kind: 'installation', id: '1' }, account: undefined } as const;

  it('is the actor for the reason of an event whose subject has no key', async () => {
    const ended = await codec.encode('accessToken-1', propose('Named', {}, { ...ofInstallation, reason: 'a leak' }));
    expect(ownersOf(ended)).toEqual([undefined, 'user:ann']);
    expect(codec.decode(ended, { ...place, stream: 'accessToken-1' }, keys).envelope.reason).toBe('a leak');
  });

  it('must exist: an event with personal data but without an account is refused', async () => {
    const withoutAccount = propose('Named', { name: 'Bob' }, ofInstallation);
    await expect(codec.encode('installation', withoutAccount)).rejects.toThrow('no key can encrypt this');
  });
});

describe('a box does not open', () => {
  it.each([
    ['in another stream', { stream: 'user-eve' }, {}],
    ['under another event id', {}, { id: 'e2' }],
    ['under another type', {}, { type: 'Noted' }],
  ])('%s', async (_, elsewhere, other) => {
    const stored = await codec.encode('user-bob', named);
    expect(() => codec.decode({ ...stored, ...other }, { ...place, ...elsewhere }, keys)).toThrow(
      /its subject box does not open/,
    );
  });

  it('if the two boxes are exchanged', async () => {
    const stored = await codec.encode('user-ann', {
      ...named,
      envelope: { ...named.envelope, subject: { kind: 'user', id: 'ann' } },
    });
    const { subject, actor } = stored.metadata.sealed!;
    const swapped = { ...stored, metadata: { ...stored.metadata, sealed: { subject: actor, actor: subject } } };
    expect(() => codec.decode(swapped as StoredEvent, { ...place, stream: 'user-ann' }, keys)).toThrow(/does not open/);
  });

  it('in another event of the same stream and owner', async () => {
    const stored = await codec.encode('user-bob', named);
    const other = await codec.encode('user-bob', { ...named, id: 'e2' });
    const moved = withBox(stored, 'subject', other.metadata.sealed!.subject!);
    expect(() => codec.decode(moved, place, keys)).toThrow(/its subject box does not open/);
  });

  it('with the key of another owner', async () => {
    const stored = await codec.encode('user-bob', named);
    const changed = withBox(stored, 'subject', { owner: 'user:ann' });
    expect(() => codec.decode(changed, place, keys)).toThrow('its subject box does not open with the key of user:ann');
  });

  it('after its owner was erased: the rest of the event is still decoded', async () => {
    const stored = await codec.encode('user-bob', named);
    keys.kept.set('user:bob', 'erased');
    const read = codec.decode(stored, place, keys);
    expect([read.data, read.erased, read.envelope.reason, read.envelope.ip]).toEqual([
      { country: 'ES' },
      true,
      undefined,
      '192.0.2.1',
    ]);
  });

  it('without its key: the error names the event', async () => {
    const stored = await codec.encode('user-bob', named);
    keys.kept.delete('user:bob');
    expect(() => codec.decode(stored, place, keys)).toThrow('Named in user-bob@3: the vault has no key of user:bob');
  });
});

describe('the format of a box', () => {
  it('OPS-6: may be absent: boxes of the first format are still opened', async () => {
    const stored = await codec.encode('user-bob', named);
    const sealed = {
      subject: sealInFirstFormat({ data: { name: 'Bob' }, reason: 'asked to' }, 'user:bob', 'subject'),
      actor: sealInFirstFormat({ ip: '192.0.2.1' }, 'user:ann', 'actor'),
    };
    expect(codec.decode({ ...stored, metadata: { ...stored.metadata, sealed } }, place, keys)).toEqual({
      ...named,
      ...place,
    });
  });

  it.each([3, 1, '2', null])('must be known: %j is refused, also for an erased owner', async (format) => {
    const stored = withBox(await codec.encode('user-bob', named), 'subject', { format });
    const refusal = `Named in user-bob@3: the format ${format} of its subject box is of a newer build`;
    expect(() => codec.decode(stored, place, keys)).toThrow(refusal);
    keys.kept.set('user:bob', 'erased');
    expect(() => codec.decode(stored, place, keys)).toThrow(refusal);
  });
});

describe('schemas', () => {
  const current = {
    Named: {
      personal: ['name'],
      upcasters: [(old: object) => ({ ...old, language: 'en' }), (old: object) => ({ ...old, third: true })],
    },
  };

  it('OPS-6: are upcast to the current one', async () => {
    const old = await codec.encode('user-bob', named);
    const read = new Codec(current, keys).decode(old, place, keys);
    expect([read.data, read.envelope.schema]).toEqual([{ name: 'Bob', country: 'ES', language: 'en', third: true }, 3]);
  });

  it('of a newer build are refused', async () => {
    const newer = await new Codec(current, keys).encode('user-bob', named);
    expect(newer.metadata.schema).toBe(3);
    expect(() => codec.decode(newer, place, keys)).toThrow('its schema 3 is of a newer build');
  });
});

it('refuses to encode or decode an unknown type', async () => {
  await expect(codec.encode('user-bob', propose('Renamed', {}))).rejects.toThrow(
    'event type Renamed is in no catalogue',
  );
  const stored = await codec.encode('user-bob', named);
  expect(() => codec.decode({ ...stored, type: 'Renamed' }, place, keys)).toThrow(
    'Renamed in user-bob@3: its type is in no catalogue',
  );
});

import { createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { nextIv } from './iv-pool.js';
import { seal, unseal, type BoxContent } from './sealing.js';

const ownerKey = randomBytes(32);
const event = { stream: 'user-bob', id: 'e1', type: 'Named' };
const content = { data: { name: 'Bob' }, reason: 'asked to' };
const open = (box: BoxContent): object => unseal(box, ownerKey, event, 'subject');

/** The key of the box, derived as the format says. */
const boxKeyOf = (id: string, name: string): Buffer =>
  createHmac('sha256', ownerKey)
    .update(JSON.stringify(['rollbook box key', id, name]))
    .digest();

let sealed: BoxContent;
beforeEach(() => {
  sealed = seal(content, ownerKey, event, 'subject');
});

it('opens what it has sealed', () => {
  expect(open(sealed)).toEqual(content);
});

it('writes format 2: a box that the key of this box alone opens, bound to the event and to the commitment', () => {
  const boxKey = boxKeyOf('e1', 'subject');
  const commitment = createHash('sha256').update(boxKey).digest('base64url');
  expect(sealed).toEqual({ format: 2, box: expect.any(String), commitment });
  const bytes = Buffer.from(sealed.box, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', boxKey, bytes.subarray(0, 12));
  decipher.setAAD(Buffer.from(JSON.stringify(['user-bob', 'e1', 'Named', 'subject', 2, commitment])));
  decipher.setAuthTag(bytes.subarray(-16));
  const text = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
  expect(JSON.parse(text.toString())).toEqual(content);
});

it('needs the key of the period as well, if the box was sealed with one', () => {
  const periodKey = randomBytes(32);
  const box = seal(content, ownerKey, event, 'period', periodKey);
  const boxKey = createHmac('sha256', ownerKey)
    .update(JSON.stringify(['rollbook box key', 'e1', 'period', periodKey.toString('base64')]))
    .digest();
  expect(box.commitment).toBe(createHash('sha256').update(boxKey).digest('base64url'));
  expect(unseal(box, ownerKey, event, 'period', periodKey)).toEqual(content);
  for (const other of [undefined, randomBytes(32)])
    expect(() => unseal(box, ownerKey, event, 'period', other)).toThrow('the commitment is not that of the key');
});

it('derives another key for each event and each box', () => {
  const commitments = [
    sealed,
    seal(content, ownerKey, event, 'actor'),
    seal(content, ownerKey, { ...event, id: 'e2' }, 'subject'),
    seal(content, randomBytes(32), event, 'subject'),
  ].map(({ commitment }) => commitment);
  expect(new Set(commitments).size).toBe(4);
  expect(seal(content, ownerKey, event, 'subject').commitment).toBe(sealed.commitment);
});

describe('a box does not open', () => {
  it.each([
    ['changed', (commitment: string) => `${commitment.startsWith('A') ? 'B' : 'A'}${commitment.slice(1)}`],
    ['written in another way that means the same bytes', (commitment: string) => `${commitment}=`],
    ['shortened', (commitment: string) => commitment.slice(0, -1)],
    ['that of another box', () => seal(content, ownerKey, event, 'actor').commitment],
    ['removed', () => undefined],
    ['not a text', () => 1],
  ])('if its commitment is %s', (_, change) => {
    expect(() => open({ ...sealed, commitment: change(sealed.commitment!) } as BoxContent)).toThrow();
  });

  it.each([
    ['initialization vector', 0],
    ['text', 12],
    ['tag', -1],
  ])('if its %s is changed', (_, index) => {
    const bytes = Buffer.from(sealed.box, 'base64');
    bytes[(index + bytes.length) % bytes.length]! ^= 1;
    expect(() => open({ ...sealed, box: bytes.toString('base64') })).toThrow('unable to authenticate data');
  });

  it.each([
    ['the text of another event', { id: 'e2' }],
    ['the text of another stream', { stream: 'user-eve' }],
    ['the text of another type', { type: 'Noted' }],
  ])('if it holds %s', (_, other) => {
    const { box } = seal(content, ownerKey, { ...event, ...other }, 'subject');
    expect(() => open({ ...sealed, box })).toThrow('unable to authenticate data');
  });

  it('if it holds the text of the other box', () => {
    const { box } = seal(content, ownerKey, event, 'actor');
    expect(() => open({ ...sealed, box })).toThrow('unable to authenticate data');
  });

  it('with the key of another owner', () => {
    expect(() => unseal(sealed, randomBytes(32), event, 'subject')).toThrow('the commitment is not that of the key');
  });

  it('without its format number, as a box of the first format', () => {
    expect(() => open({ box: sealed.box })).toThrow('unable to authenticate data');
    expect(() => open({ box: sealed.box, commitment: sealed.commitment! })).toThrow('unable to authenticate data');
  });

  it('with an unknown format number', () => {
    expect(() => open({ ...sealed, format: 3 })).toThrow('the format of the box is unknown');
  });
});

it('gives every box an initialization vector of its own', () => {
  // More than the pool holds at once, several times.
  const vectors = Array.from({ length: 2000 }, nextIv);
  expect(vectors.every(({ length }) => length === 12)).toBe(true);
  expect(new Set(vectors.map((iv) => iv.toString('hex'))).size).toBe(2000);
  const boxes = Array.from({ length: 2000 }, () => seal(content, ownerKey, event, 'subject').box.slice(0, 16));
  expect(new Set(boxes).size).toBe(2000);
});

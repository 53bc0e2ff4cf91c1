import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventCatalogue } from '../../apps/server/src/event-catalogue.js';
import { Codec, type KeyRing, type StoredEvent } from '../../libs/event-store/src/codec.js';
import { unseal, type BoxName } from '../../libs/event-store/src/sealing.js';
import { samples } from './samples.js';

/** An event as it lies in the log, and in which stream. */
interface Golden {
  readonly stream: string;
  readonly event: StoredEvent;
}

const id = '99999999-9999-4999-8999-999999999999';
const hideOwner = (owner: string): string => `key:${Buffer.from(owner).toString('base64url')}`;
const showOwner = (owner: string): string =>
  owner.startsWith('key:') ? Buffer.from(owner.slice('key:'.length), 'base64url').toString() : owner;
const keyOf = (owner: string): Buffer =>
  createHash('sha256')
    .update(`golden ${showOwner(owner)}`)
    .digest();
const keys = { get: keyOf };
const keyRing: KeyRing = { findOrCreateKey: async (owner) => keyOf(owner), findKeys: async () => keys, hideOwner };
const codec = new Codec(eventCatalogue, keyRing);
const types = Object.keys(samples) as (keyof typeof samples)[];

const fileName = /^(?<type>[A-Za-z]+)[.]v(?<schema>\d+)(?:[.](?<form>\d+))?[.]json$/;
const files = globSync('*.json', { cwd: import.meta.dirname });
const load = (file: string): Golden => JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8')) as Golden;
const read = ({ stream, event }: Golden) => codec.decode(event, { stream, revision: 0, position: 0 }, keys);

/** The newest file of this type with the current schema, by its number of the form (the first has none). */
const newestFile = (type: string): string | undefined =>
  files
    .filter((file) => file.startsWith(`${type}.v${currentSchema(type)}.`))
    .toSorted((one, other) => formOf(one) - formOf(other))
    .at(-1);
const formOf = (file: string): number => Number(fileName.exec(file)?.groups!['form'] ?? 1);
const currentSchema = (type: string): number =>
  ((eventCatalogue as Record<string, { upcasters?: readonly unknown[] }>)[type]!.upcasters?.length ?? 0) + 1;

const write = async (type: keyof typeof samples): Promise<Golden> => {
  const { place, data } = samples[type];
  const { stream, envelope } = place;
  return { stream, event: await codec.encode(stream, { id, type, data, envelope }) };
};

/**
 * The same with its boxes opened, since a box has a random part. Their format and commitment stay as they are. JSON, as it
 * is stored: the order of fields counts.
 */
function opened({ stream, event }: Golden): string {
  const { sealed = {}, ...metadata } = event.metadata;
  const place = { stream, id, type: event.type };
  const boxes = Object.entries(sealed).map(([name, { box, ...rest }]) => [
    name,
    {
      ...rest,
      content: unseal(
        { box, ...rest },
        keyOf(rest.owner),
        place,
        name as BoxName,
        rest.period === undefined ? undefined : keyOf(rest.period),
      ),
    },
  ]);
  return JSON.stringify({ stream, event: { ...event, metadata, sealed: Object.fromEntries(boxes) } }, undefined, 1);
}

// `ADD_GOLDEN=1 npm test -- test/golden` adds a file for each event that is stored in a new form. It changes no file:
// the older forms are in people's logs, and have to be read for ever.
beforeAll(async () => {
  if (process.env['ADD_GOLDEN'] !== '1') return;
  for (const type of types) {
    const newest = newestFile(type);
    const today = await write(type);
    if (newest && opened(load(newest)) === opened(today)) continue;
    const form = newest ? `.${formOf(newest) + 1}` : '';
    const file = `${type}.v${currentSchema(type)}${form}.json`;
    writeFileSync(join(import.meta.dirname, file), `${JSON.stringify(today, undefined, 2)}\n`, { flag: 'wx' });
    files.push(file);
  }
});

it.each(types)('%s is stored in the form of its newest golden file', async (type) => {
  const newest = newestFile(type);
  expect(newest).toBeDefined();
  expect(opened(await write(type))).toBe(opened(load(newest!)));
});

it.each(files)('%s is still read, as an event of today', (file) => {
  const { type, data, envelope, erased } = read(load(file));
  const { type: named, schema } = fileName.exec(file)!.groups!;
  expect(type).toBe(named);
  expect(load(file).event.metadata.schema).toBe(Number(schema));
  expect(erased).toBeUndefined();
  const { data: today, optional = {}, place } = samples[type as keyof typeof samples];
  expect(Object.keys(today)).toEqual(expect.arrayContaining(Object.keys(data)));
  expect(Object.keys({ ...data, ...optional })).toEqual(expect.arrayContaining(Object.keys(today)));
  expect({ ...place.envelope, schema: currentSchema(type) }).toMatchObject(envelope);
  if (file === newestFile(type)) expect(data).toEqual(today);
});

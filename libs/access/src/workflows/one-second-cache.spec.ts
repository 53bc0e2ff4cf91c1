import { OneSecondCache } from './one-second-cache.js';

let at = 0;
let loads: string[] = [];
const recent = (load = (id: string) => Promise.resolve(`${id}${loads.length}`), room?: number) =>
  new OneSecondCache(
    (id) => (loads.push(id), load(id)),
    () => new Date(at),
    room,
  );

beforeEach(() => {
  at = 0;
  loads = [];
});

test('PERM-16: for a second, all go by one load; then by another', async () => {
  const states = recent();
  await Promise.all([states.get('a', 'cached'), states.get('a', 'cached')]);
  at = 999;
  expect(await states.get('a', 'cached')).toBe('a1');
  at = 1_000;
  expect(await states.get('a', 'cached')).toBe('a2');
});

test('PERM-16: a call for a fresh value gets one, and so do later calls', async () => {
  const states = recent();
  await states.get('a', 'cached');
  expect(await states.get('a', 'fresh')).toBe('a2');
  expect(await states.get('a', 'cached')).toBe('a2');
});

test('a clock that was set back lets nothing live longer', async () => {
  const states = recent();
  await states.get('a', 'cached');
  at = -1;
  expect(await states.get('a', 'cached')).toBe('a2');
});

test('a load that failed is tried again', async () => {
  const states = recent(() => (loads.length === 1 ? Promise.reject(new Error('away')) : Promise.resolve('back')));
  await expect(states.get('a', 'cached')).rejects.toThrow('away');
  expect(await states.get('a', 'cached')).toBe('back');
});

test('it keeps no more than it has room for', async () => {
  const states = recent(undefined, 2);
  for (const id of ['a', 'b', 'c', 'b', 'c', 'a']) await states.get(id, 'cached');
  expect(loads).toEqual(['a', 'b', 'c', 'a']);
});

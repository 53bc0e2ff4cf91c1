import { LruCache } from './lru-cache.js';

test('drops the entry that was not used for the longest time', () => {
  const cache = new LruCache<string, number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  cache.get('a');
  cache.set('c', 3);
  expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([1, undefined, 3]);
  cache.set('a', 4);
  cache.set('d', 5);
  expect(['a', 'c', 'd'].map((key) => cache.get(key))).toEqual([4, undefined, 5]);
});

test('deletes an entry by its key or by its value', () => {
  const cache = new LruCache<string, number>(3);
  for (const [key, value] of Object.entries({ a: 1, b: 1, c: 2 })) cache.set(key, value);
  cache.deleteByValue(1);
  expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([undefined, undefined, 2]);
  cache.delete('c');
  cache.delete('unknown');
  expect(cache.get('c')).toBeUndefined();
});

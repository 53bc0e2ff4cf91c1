import { pollUntilDefined } from '../../../../test/support/mail-server.js';
import { TokenUseRecorder } from './token-use-recorder.js';

let now: number;
let stored: Map<string, number>;
let saves: number;
let failures: number;
const tokenUses = {
  save: async (uses: ReadonlyMap<string, number>) => {
    if (failures-- > 0) throw new Error('database or disk is full');
    saves++;
    for (const [id, at] of uses) stored.set(id, at);
  },
  find: async (ids: readonly string[]) => new Map(ids.flatMap((id) => (stored.has(id) ? [[id, stored.get(id)!]] : []))),
};
beforeEach(() => {
  [now, stored, saves, failures] = [Date.parse('2026-01-15T12:00:00.000Z'), new Map(), 0, 0];
});

const createRecorder = (interval?: number) => new TokenUseRecorder(tokenUses, () => new Date(now), interval);

test('TOKEN-15: a use is known at once and stored later, with all others of that time', async () => {
  const recorder = createRecorder(50);
  expect(await recorder.findLastUses(['one'])).toEqual(new Map());
  for (let nth = 0; nth < 1_000; nth++) {
    now += 10;
    recorder.record('one');
  }
  recorder.record('two');
  expect([(await recorder.findLastUses(['one'])).get('one'), saves]).toEqual(['2026-01-15T12:00:10.000Z', 0]);
  await pollUntilDefined(() => saves || undefined);
  expect([saves, stored.size, (await recorder.findLastUses(['two'])).get('two')]).toEqual([
    1,
    2,
    '2026-01-15T12:00:10.000Z',
  ]);
});

test('TOKEN-15: a stop stores the last uses', async () => {
  const recorder = createRecorder();
  recorder.record('one');
  await recorder.onApplicationShutdown();
  expect([saves, stored.get('one')]).toEqual([1, now]);
});

test('TOKEN-15: uses that cannot be stored are stored later', async () => {
  failures = 2;
  createRecorder(10).record('one');
  await pollUntilDefined(() => stored.get('one'));
  expect([saves, failures]).toEqual([1, -1]);
});

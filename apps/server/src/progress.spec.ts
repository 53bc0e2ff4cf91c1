import { Progress } from './progress.js';

it('shows count, percents and the time left, at most every 3 s', () => {
  const shown: string[] = [];
  let now = 1_000;
  const progress = new Progress(
    'events are read',
    200,
    (text) => shown.push(text),
    () => now,
  );
  progress.show(1, 2);
  now = 4_000;
  progress.show(40, 50);
  progress.show(41, 51);
  now = 7_000;
  progress.show(80, 100);
  expect(shown).toEqual(['40 events are read, 25 %, about 9 s left.', '80 events are read, 50 %, about 6 s left.']);
});

import { Progress } from './progress.js';

it('shows count, percents and the time left, at most every 3 s', () => {
  const shown: string[] = [];
  const now = jest.spyOn(performance, 'now').mockReturnValue(1_000);
  const progress = new Progress('events', 200, (text) => shown.push(text));
  progress.show(1, 2);
  now.mockReturnValue(4_000);
  progress.show(40, 50);
  progress.show(41, 51);
  now.mockReturnValue(7_000);
  progress.show(80, 100);
  expect(shown).toEqual(['40 events are read, 25 %, about 9 s left.', '80 events are read, 50 %, about 6 s left.']);
});

import { RepeatedTask } from './repeated-task.js';

test('a repeated task goes on after a failure, until it is stopped', async () => {
  let runs = 0;
  const { promise: thirdRun, resolve } = Promise.withResolvers<void>();
  const task = new RepeatedTask(1, async () => {
    runs++;
    if (runs === 3) resolve();
    if (runs < 3) throw new Error('no answer');
  });
  task.start();
  await thirdRun;
  await task.stop();
  const runsAtStop = runs;
  await task.stop();
  expect(runs).toBe(runsAtStop);
});

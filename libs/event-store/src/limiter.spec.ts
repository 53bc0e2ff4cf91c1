import { Refusal } from '#libs/kernel';
import { Limiter } from './limiter.js';

describe('a limiter', () => {
  const unavailable = new Refusal('event-store.unavailable', 'unavailable', 'no answer');

  /** Runs three tasks one at a time, the first of which fails; returns the outcome of each. */
  async function runThree(maxWaitMs: number, failure: Error): Promise<string[]> {
    const limiter = new Limiter(1, maxWaitMs);
    const works = [() => Promise.reject(failure), () => Promise.resolve('done'), () => Promise.resolve('done')];
    const outcomes = await Promise.allSettled(works.map((work) => limiter.run(work)));
    expect(await limiter.run(() => Promise.resolve('next'))).toBe('next');
    return outcomes.map((outcome) =>
      outcome.status === 'fulfilled' ? outcome.value : (outcome.reason as Error).message,
    );
  }

  it('fails all tasks that have waited long enough when the store is unavailable', async () => {
    expect(await runThree(0, unavailable)).toEqual(['no answer', 'no answer', 'no answer']);
  });

  it('runs tasks that have not waited that long', async () => {
    expect(await runThree(60_000, unavailable)).toEqual(['no answer', 'done', 'done']);
  });

  it('fails only the failed task when the store is not unavailable', async () => {
    expect(await runThree(0, new Error('a damaged event'))).toEqual(['a damaged event', 'done', 'done']);
  });
});

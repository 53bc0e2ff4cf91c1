import { Refusal } from '#libs/kernel';
import { Limiter } from './limiter.js';

describe('a gate', () => {
  const silence = new Refusal('event-store.unavailable', 'unavailable', 'no answer');

  /** Three at a gate for one, of whom the first fails; what became of each. */
  async function three(patience: number, failure: Error): Promise<string[]> {
    const gate = new Limiter(1, patience);
    const works = [() => Promise.reject(failure), () => Promise.resolve('done'), () => Promise.resolve('done')];
    const outcomes = await Promise.allSettled(works.map((work) => gate.run(work)));
    expect(await gate.run(() => Promise.resolve('next'))).toBe('next');
    return outcomes.map((outcome) =>
      outcome.status === 'fulfilled' ? outcome.value : (outcome.reason as Error).message,
    );
  }

  it('turns away those who have waited long enough, when one gets no answer', async () => {
    expect(await three(0, silence)).toEqual(['no answer', 'no answer', 'no answer']);
  });

  it('lets those try who have not', async () => {
    expect(await three(60_000, silence)).toEqual(['no answer', 'done', 'done']);
  });

  it('keeps the failure of one from the others, where it is not the server that is silent', async () => {
    expect(await three(0, new Error('a damaged event'))).toEqual(['a damaged event', 'done', 'done']);
  });
});

import { setTimeout as pause } from 'node:timers/promises';
import { Refusal } from '#libs/kernel';

/** How long to keep trying, in milliseconds. */
export interface Patience {
  /** A read without a connection. */
  readonly read: number;
  /** An append, over all its repetitions. */
  readonly append: number;
  /** One of those repetitions. */
  readonly attempt: number;
}

/** Trying again with a growing pause until the time is up. */
export class Retry {
  private readonly end: number;
  private next = 10;

  constructor(patience: number) {
    this.end = performance.now() + patience;
  }

  async again(failure: Error): Promise<void> {
    if (!(failure instanceof Refusal) || performance.now() + this.next > this.end) throw failure;
    await pause(this.next);
    this.next = Math.min(this.next * 2, 500);
  }
}

/** No answer in our own time; what it would have been is unknown. */
export class NoAnswer extends Error {}

/** Answers in time or rejects with {@link NoAnswer}. */
export async function within<T>(milliseconds: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(`no answer in ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

import { Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Refusal } from '#libs/kernel';

/** Slows down who guesses: ◇ 20 failures a minute and source. Valid tokens from there still pass. */
@Injectable()
export class FailedAttempts {
  private readonly limiter = new RateLimiterMemory({ points: 20, duration: 60 });

  /** Counts an attempt as failed until it is {@link forgive}n, so that many at once are no way round. Throws `access.throttled` beyond the limit. */
  async count(source: string): Promise<void> {
    try {
      await this.limiter.consume(source);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      const retryAfter = Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
      // In seconds.
      throw new Refusal('access.throttled', 'throttled', 'Too many attempts from this address have failed; wait a while.', [], { retryAfter });
    }
  }

  /** The attempt has not failed. */
  async forgive(source: string): Promise<void> {
    await this.limiter.reward(source);
  }
}

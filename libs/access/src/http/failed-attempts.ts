import { Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Refusal } from '#libs/kernel';

/** Slows down who tries tokens that are none: ◇ 20 a minute and address. Valid tokens from there still pass. */
@Injectable()
export class FailedAttempts {
  private readonly limiter = new RateLimiterMemory({ points: 20, duration: 60 });

  /** Throws `access.throttled` beyond the limit; `retryAfter` is in seconds. */
  async count(ip: string): Promise<void> {
    try {
      await this.limiter.consume(ip);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      const retryAfter = Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
      throw new Refusal('access.throttled', 'throttled', 'Too many invalid access tokens came from this address; wait a while.', [], { retryAfter });
    }
  }
}

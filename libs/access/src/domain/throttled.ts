import { Refusal } from '#libs/kernel';

/** More than the bounds allow; `retryAfter` in seconds. */
export const throttled = (detail: string, retryAfter: number): Refusal => new Refusal('access.throttled', 'throttled', detail, [], { retryAfter });

/** Returns a random key for the header `Idempotency-Key`. `crypto.randomUUID` exists on https and localhost only. */
export const createIdempotencyKey = (): string => crypto.getRandomValues(new Uint32Array(4)).join('-');

import { SetMetadata } from '@nestjs/common';
import type { Permission } from '#libs/kernel';

export const NEEDS = 'rollbook:needs';

/** What a route may need; `'nothing'`: not even a token. */
export type Need = Permission | 'a token' | 'nothing';

/** What a route needs. `'a token'`: any valid one. A route that names nothing is refused, and fails a test. */
export const Needs = (need: Exclude<Need, 'nothing'>) => SetMetadata(NEEDS, need);

/** Whoever runs the machines may ask without a token: health, metrics. Says nothing about anybody. */
export const Public = () => SetMetadata(NEEDS, 'nothing' satisfies Need);

import { SetMetadata } from '@nestjs/common';
import type { Permission } from '#libs/kernel';

export const NEEDS = 'rollbook:needs';

/** What a route needs. `'a token'`: any valid one. A route that names nothing is refused, and fails a test. */
export const Needs = (permission: Permission | 'a token') => SetMetadata(NEEDS, permission);

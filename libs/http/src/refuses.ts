import { SetMetadata } from '@nestjs/common';
import type { RefusalCode } from '#libs/kernel';

const REFUSES = 'rollbook:refuses';

/** Declares the codes of a route's own refusals for the OpenAPI document, which adds those that all such routes share. */
export const Refuses = (...codes: RefusalCode[]) => SetMetadata(REFUSES, codes);

/** Returns the codes that {@link Refuses} declared for a route. */
export const refusalsOf = (handler: object): readonly RefusalCode[] =>
  (Reflect.getMetadata(REFUSES, handler) as RefusalCode[] | undefined) ?? [];

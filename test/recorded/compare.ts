import type { Difference } from './differences.js';

/** A place where an answer is not the recorded one. */
export interface Mismatch {
  readonly where: string;
  readonly recorded: unknown;
  readonly now: unknown;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Lists of `{ field, … }` are looked up by field, so that a field can be added to them. */
const byField = (value: unknown): unknown =>
  Array.isArray(value) && value.length > 0 && value.every((item) => isObject(item) && typeof item['field'] === 'string')
    ? Object.fromEntries(value.map((item: { field: string }) => [item.field, item]))
    : value;

/** Compares strictly but for fields that were added and for the differences; those that were met are added to `met`. */
export function* compare(
  where: string,
  recorded: unknown,
  now: unknown,
  differences: readonly Difference[],
  met: Set<Difference>,
): Generator<Mismatch> {
  const before = byField(expected(where, recorded, differences, met));
  const after = byField(now);
  const isList = Array.isArray(before);
  if (
    !isObject(before) ||
    !isObject(after) ||
    isList !== Array.isArray(after) ||
    (isList && before.length !== (after as unknown as unknown[]).length)
  ) {
    if (before !== after) yield { where, recorded: before, now: after };
    return;
  }
  for (const [name, value] of Object.entries(before))
    yield* compare(`${where}.${name}`, value, after[name], differences, met);
}

function expected(where: string, recorded: unknown, differences: readonly Difference[], met: Set<Difference>): unknown {
  let value = recorded;
  for (const difference of differences) {
    if (!difference.where.test(where)) continue;
    const changed = difference.becomes(value as never);
    if (changed !== value) met.add(difference);
    value = changed;
  }
  return value;
}

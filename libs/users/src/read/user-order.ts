import { sql, type RawBuilder } from 'kysely';
import { effectiveStatuses, hasEffectiveStatus } from './effective-status.js';
import type { TagFilter } from './user-tags.js';

const byName = ['last_name_key', 'first_name_key'] as const;

/** The columns of each sort order. Each has an index, which ends with the user's id. */
export const sortColumns = {
  lastName: byName,
  firstName: ['first_name_key', 'last_name_key'],
  email: ['email_key', ...byName],
  country: ['country', ...byName],
  addedAt: ['added_at', ...byName],
  lastLoginAt: ['last_login_at', ...byName],
} as const;

type SortColumn = (typeof sortColumns)[keyof typeof sortColumns][number];

/** The names of all sort orders, ascending and with `-` descending. */
export const sorts = [...Object.keys(sortColumns), 'status'].flatMap((key) => [key, `-${key}`]);

/** A part of the sorted list, which one index gives in order. */
export interface Section {
  readonly name: string;
  readonly condition: RawBuilder<boolean>;
  /** The same condition for the index of tags, if that has it. */
  readonly tagFilter: TagFilter;
  readonly orderBy: readonly SortColumn[];
  /** The columns that tell rows of the section apart, with the user's id: where a page ended. */
  readonly keyset: readonly SortColumn[];
}

/**
 * Returns the sections of a sort order, in their order, at a time (UTC, ISO 8601). Users without a value come last in both
 * directions; each effective status is a section, because a lock that ends changes no row.
 */
export function sectionsOf(sort: string, at: string): readonly Section[] {
  const key = sort.replace('-', '');
  if (key === 'status') {
    const statuses = effectiveStatuses.toSorted();
    return (key === sort ? statuses : statuses.toReversed()).map((status) => ({
      name: status,
      condition: hasEffectiveStatus([status], at),
      tagFilter: { effectiveStatus: [status] },
      orderBy: byName,
      keyset: byName,
    }));
  }
  const orderBy = sortColumns[key as keyof typeof sortColumns];
  const [first] = orderBy;
  if (first !== 'added_at' && first !== 'last_login_at')
    return [{ name: 'all', condition: sql<boolean>`true`, tagFilter: {}, orderBy, keyset: orderBy }];
  const tagFilter = (hasLoggedIn: boolean) => (first === 'last_login_at' ? { hasLoggedIn } : {});
  return [
    {
      name: 'with',
      condition: sql<boolean>`${sql.ref(first)} is not null`,
      tagFilter: tagFilter(true),
      orderBy,
      keyset: orderBy,
    },
    {
      name: 'without',
      condition: sql<boolean>`${sql.ref(first)} is null`,
      tagFilter: tagFilter(false),
      orderBy,
      keyset: byName,
    },
  ];
}

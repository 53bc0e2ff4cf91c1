import { Type } from 'class-transformer';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import type { Kysely } from 'kysely';
import { Optional, Query, withQueryContext, type Page } from '#libs/kernel';
import type { Sealer } from '#libs/read-store';
import { ListUsers, listUsers } from './user-list.js';
import type { UserListTables } from './user-list.projection.js';

/** Lists the users who wait for approval, longest first. */
export class ListPendingApprovals extends Query<ListPendingApprovals, PendingApprovalPage> {
  /** 1 to 200, default 50. */
  @Optional() @Type(() => Number) @IsInt() @Min(1) @Max(200) limit?: number;
  /** `next` of the page before. */
  @Optional() @IsString() @MaxLength(500) cursor?: string;
}

export interface PendingApproval {
  readonly userId: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly country: string;
  /** Since when they wait. */
  readonly since: string | null;
  /** The domain of this account that their address lies on. */
  readonly domain: string | null;
  readonly revision: number;
}

/** A page of the users who wait for approval. */
export interface PendingApprovalPage extends Page<PendingApproval> {
  /** How many wait; only in the first page. */
  readonly total?: number;
}

/** Returns a page of the users who wait for approval in an account, the longest waiting first. Throws `cursor.invalid`. */
export async function listPendingApprovals(
  db: Kysely<UserListTables>,
  sealer: Sealer,
  query: ListPendingApprovals,
): Promise<PendingApprovalPage> {
  const { items, next, total } = await listUsers(
    db,
    sealer,
    withQueryContext(new ListUsers({ ...query, status: ['pending'], sort: 'addedAt' }), query.context),
  );
  return {
    items: items.map(({ userId, email, firstName, lastName, country, addedAt, domain, revision }) => ({
      userId,
      email,
      firstName,
      lastName,
      country,
      since: addedAt,
      domain: domain ?? null,
      revision,
    })),
    next,
    ...(total !== undefined && { total }),
  };
}

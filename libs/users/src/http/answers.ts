import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ActionLink, pageOf, type Routes } from '#libs/http';
import type { Permission } from '#libs/authorization';
import { PendingApproval } from '../read/pending-approvals.js';
import { UserItem } from '../read/user-item.js';
import type { BulkResult } from '../workflows/change-users.js';
import { PossibleAction } from '../workflows/list-actions.js';

export class UserItemPage extends pageOf(UserItem) {
  /** The words of the search that are too short to be any part of a word: they were found at the beginning of words only. */
  @ApiPropertyOptional({ type: [String] }) readonly beginningsOnly?: readonly string[];
}

export const PendingApprovalPage = pageOf(PendingApproval);

export class AddedUser {
  @ApiProperty() readonly userId!: string;
}

export class OpenedAccount {
  @ApiProperty() readonly accountId!: string;
  @ApiProperty() readonly administratorId!: string;
}

export class PossibleActions {
  @ApiProperty({ type: [PossibleAction] }) readonly items!: readonly PossibleAction[];
}

class IssuedToken {
  @ApiProperty() readonly tokenId!: string;
  @ApiProperty() readonly kind!: string;
  @ApiProperty({ type: String, nullable: true }) readonly name!: string | null;
  @ApiProperty({ isArray: true, type: String }) readonly scopes!: readonly string[];
  @ApiProperty() readonly issuedAt!: string;
  @ApiProperty() readonly expiresAt!: string;
  @ApiPropertyOptional() readonly ended?: boolean;
}

class StandingLock {
  @ApiProperty() readonly cause!: string;
  @ApiPropertyOptional() readonly reason?: string;
  @ApiPropertyOptional() readonly until?: string;
}

/** How a user stands for the account after a command. */
export class UserStanding {
  @ApiPropertyOptional() readonly status?: string;
  @ApiPropertyOptional({ type: [StandingLock] }) readonly locks?: readonly StandingLock[];
  /** Whether anything changed, or, in a dry run, would. */
  @ApiProperty() readonly changed!: boolean;
  @ApiPropertyOptional({ type: [String] }) readonly keptRoles?: readonly string[];
  /** Of a lock, a deletion and a demotion: the tokens that the user issued and that the caller may end, where there are any; `null` where they can not be looked up now. */
  @ApiPropertyOptional({ type: [IssuedToken], nullable: true }) readonly issuedTokens?: readonly IssuedToken[] | null;
}

/** What became of one user of a bulk; of one who was refused, why, and the steps that work. */
class BulkItem {
  @ApiProperty() readonly userId!: string;
  @ApiProperty() readonly ok!: boolean;
  /** Whether anything changed, or, in a dry run, would. */
  @ApiPropertyOptional() readonly changed?: boolean;
  @ApiPropertyOptional() readonly code?: string;
  @ApiPropertyOptional() readonly detail?: string;
  @ApiPropertyOptional({ type: [ActionLink] }) readonly actions?: readonly ActionLink[];
  /** With `lock` and `delete`: the tokens that the user issued and that the caller may end, where there are any; `null` where they can not be looked up now. */
  @ApiPropertyOptional({ type: [IssuedToken], nullable: true }) readonly issuedTokens?: readonly IssuedToken[] | null;
}

export class BulkAnswer {
  @ApiProperty({ type: [BulkItem] }) readonly results!: readonly BulkItem[];
}

/** The results as this caller may act on them. */
export const bulkAnswer = (
  results: readonly BulkResult[],
  routes: Routes,
  permissions: readonly Permission[],
  issuedTokens: ReadonlyMap<string, readonly IssuedToken[]> | undefined,
): BulkAnswer => ({
  results: results.map(({ userId, ok, changed, code, detail, actions, mayHaveIssuedTokens }) => ({
    userId,
    ok,
    ...(changed !== undefined && { changed }),
    ...(code && { code, detail }),
    ...(actions && { actions: routes.steps(actions, { permissions: new Set(permissions) }) }),
    ...(mayHaveIssuedTokens && issuedTokens === undefined && { issuedTokens: null }),
    ...(issuedTokens?.has(userId) && { issuedTokens: issuedTokens.get(userId)! }),
  })),
});

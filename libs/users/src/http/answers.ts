import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Step, pageOf, type Routes } from '#libs/http';
import type { Permission } from '#libs/kernel';
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

/** What became of one user of a bulk; of one who was refused, why, and the steps that work. */
class BulkItem {
  @ApiProperty() readonly userId!: string;
  @ApiProperty() readonly ok!: boolean;
  /** Whether anything changed, or, in a dry run, would. */
  @ApiPropertyOptional() readonly changed?: boolean;
  @ApiPropertyOptional() readonly code?: string;
  @ApiPropertyOptional() readonly detail?: string;
  @ApiPropertyOptional({ type: [Step] }) readonly actions?: readonly Step[];
}

export class BulkAnswer {
  @ApiProperty({ type: [BulkItem] }) readonly results!: readonly BulkItem[];
}

/** The results as this caller may act on them. */
export const bulkAnswer = (results: readonly BulkResult[], routes: Routes, permissions: readonly Permission[]): BulkAnswer => ({
  results: results.map(({ actions, ...result }) => ({
    ...result,
    ...(actions && { actions: routes.steps(actions, { permissions: new Set(permissions) }) }),
  })),
});

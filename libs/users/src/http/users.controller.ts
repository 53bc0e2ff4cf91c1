import { Controller, Delete, Get, Header, HttpCode, Patch, Post, Put, StreamableFile } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { QueryParams, FromQuery, CommandBody, LocationHeader, Needs, SendsMail, WithoutRevision } from '#libs/http';
import { ChangeUsers } from '../domain/bulk.js';
import {
  AddUser,
  AddUserToAccount,
  ApproveUser,
  ChangeUser,
  DeleteUser,
  GrantRole,
  LockUser,
  RejectUser,
  RequestPasswordReset,
  RestoreUser,
  RevokeRole,
  UnlockUser,
} from '../domain/user.commands.js';
import { AccountSummary, SummarizeAccount } from '../read/account-summary.js';
import { GetUser, UserPage } from '../read/get-user.js';
import { ListPendingApprovals } from '../read/pending-approvals.js';
import { ExportUserList } from '../read/user-export.js';
import { ListUsers } from '../read/user-list.js';
import { ListActions } from '../workflows/list-actions.js';
import { AddedUser, BulkAnswer, PendingApprovalPage, PossibleActions, UserItemPage, UserStanding } from './answers.js';

@ApiTags('users')
@Controller('accounts/:accountId')
export class UsersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get('users')
  @Needs('users:read')
  @ApiOkResponse({ type: UserItemPage })
  list(@QueryParams() query: ListUsers) {
    return this.queries.execute(query);
  }

  @Get('users.csv')
  @Needs('users:export')
  @Header('content-disposition', 'attachment; filename="users.csv"')
  export(@QueryParams() query: ExportUserList): Promise<StreamableFile> {
    return this.queries.execute(query);
  }

  @Get('summary')
  @Needs('users:read')
  @ApiOkResponse({ type: AccountSummary })
  summary(@QueryParams() query: SummarizeAccount) {
    return this.queries.execute(query);
  }

  @Get('pending-approvals')
  @Needs('users:read')
  @ApiOkResponse({ type: PendingApprovalPage })
  pendingApprovals(@QueryParams() query: ListPendingApprovals) {
    return this.queries.execute(query);
  }

  @Get('users/:userId')
  @Needs('users:read')
  @ApiOkResponse({ type: UserPage })
  get(@QueryParams() query: GetUser) {
    return this.queries.execute(query);
  }

  @Get('users/:userId/actions')
  @Needs('users:read')
  @ApiOkResponse({ type: PossibleActions })
  actions(@QueryParams() query: ListActions) {
    return this.queries.execute(query);
  }

  @Post('users')
  @SendsMail()
  @Needs('users:add')
  @WithoutRevision()
  @LocationHeader('/api/v1/accounts/:accountId/users/:userId')
  @ApiCreatedResponse({ type: AddedUser })
  add(@CommandBody() command: AddUser) {
    return this.commands.execute(command);
  }

  @Post('users/bulk')
  @SendsMail()
  @HttpCode(200)
  @Needs({
    approve: 'users:approve',
    reject: 'users:approve',
    lock: 'users:lock',
    unlock: 'users:lock',
    delete: 'users:delete',
    restore: 'users:delete',
  })
  @WithoutRevision()
  @ApiOkResponse({ type: BulkAnswer })
  changeMany(@CommandBody() command: ChangeUsers) {
    return this.commands.execute(command);
  }

  @Patch('users/:userId')
  @Needs('users:change')
  change(@CommandBody() command: ChangeUser) {
    return this.commands.execute(command);
  }

  @Post('users/:userId/approve')
  @SendsMail()
  @HttpCode(200)
  @Needs('users:approve')
  approve(@CommandBody() command: ApproveUser) {
    return this.commands.execute(command);
  }

  @Post('users/:userId/reject')
  @HttpCode(200)
  @Needs('users:approve')
  reject(@CommandBody() command: RejectUser) {
    return this.commands.execute(command);
  }

  @Post('users/:userId/add-to-account')
  @SendsMail()
  @HttpCode(200)
  @Needs('users:add')
  @WithoutRevision()
  addToAccount(@CommandBody() command: AddUserToAccount) {
    return this.commands.execute(command);
  }

  @Post('users/:userId/lock')
  @HttpCode(200)
  @ApiOkResponse({ type: UserStanding })
  @Needs('users:lock')
  lock(@CommandBody() command: LockUser) {
    return this.commands.execute(command);
  }

  @Post('users/:userId/unlock')
  @HttpCode(200)
  @Needs('users:lock')
  unlock(@CommandBody() command: UnlockUser) {
    return this.commands.execute(command);
  }

  @Post('users/:userId/delete')
  @HttpCode(200)
  @ApiOkResponse({ type: UserStanding })
  @Needs('users:delete')
  delete(@CommandBody() command: DeleteUser) {
    return this.commands.execute(command);
  }

  @Post('users/:userId/restore')
  @HttpCode(200)
  @Needs('users:delete')
  restore(@CommandBody() command: RestoreUser) {
    return this.commands.execute(command);
  }

  @Post('users/:userId/reset-password')
  @SendsMail()
  @HttpCode(200)
  @Needs('users:reset-password')
  resetPassword(@CommandBody() command: RequestPasswordReset) {
    return this.commands.execute(command);
  }

  @Put('users/:userId/roles/:role')
  @HttpCode(200)
  @Needs('roles:grant')
  grant(@CommandBody({ fields: ['role'] }) command: GrantRole) {
    return this.commands.execute(command);
  }

  /** Takes a `reason` in a JSON body: it may be about a person, and addresses end up in logs. */
  @Delete('users/:userId/roles/:role')
  @Needs('roles:grant')
  @FromQuery('dryRun', 'endIssuedTokens')
  @ApiOkResponse({ type: UserStanding })
  revoke(@CommandBody({ fields: ['role'] }) command: RevokeRole) {
    return this.commands.execute(command);
  }
}

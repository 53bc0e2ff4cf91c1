import { Controller, Get, Header, HttpCode, Post, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Refuses, CommandBus, QueryBus, CommandBody, Needs, QueryParams, SendsMail, WithoutRevision } from '#libs/http';
import { ChangeUsers } from '../domain/bulk.js';
import { bulkPermissions } from '../domain/user.acts.js';
import { SummarizeAccount } from '../read/account-summary.js';
import { GetUser } from '../read/get-user.js';
import { ListPendingApprovals } from '../read/pending-approvals.js';
import { ExportUserList } from '../read/user-export.js';
import { ListUsers } from '../read/user-list.js';
import { ListActions } from '../workflows/list-actions.js';

/** Routes that query users, and the one that changes many of them. */
@ApiTags('users')
@Controller('accounts/:accountId')
export class UsersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get('users')
  @Refuses('cursor.invalid')
  @Needs('users:read')
  list(@QueryParams() query: ListUsers) {
    return this.queries.execute(query);
  }

  @Get('users.csv')
  @Needs('users:export')
  @Header('content-disposition', 'attachment; filename="users.csv"')
  async export(@QueryParams() query: ExportUserList) {
    return new StreamableFile(await this.queries.execute(query), { type: 'text/csv; charset=utf-8' });
  }

  @Get('summary')
  @Needs('users:read')
  summary(@QueryParams() query: SummarizeAccount) {
    return this.queries.execute(query);
  }

  @Get('pending-approvals')
  @Refuses('cursor.invalid')
  @Needs('users:read')
  pendingApprovals(@QueryParams() query: ListPendingApprovals) {
    return this.queries.execute(query);
  }

  @Get('users/:userId')
  @Refuses('at.invalid')
  @Needs('users:read')
  get(@QueryParams() query: GetUser) {
    return this.queries.execute(query);
  }

  @Get('users/:userId/actions')
  @Needs('users:read')
  actions(@QueryParams() query: ListActions) {
    return this.queries.execute(query);
  }

  @Post('users/bulk')
  @Refuses('access.reauthenticate', 'access.throttled')
  @SendsMail()
  @HttpCode(200)
  @Needs(bulkPermissions)
  @WithoutRevision()
  changeMany(@CommandBody() command: ChangeUsers) {
    return this.commands.execute(command);
  }
}

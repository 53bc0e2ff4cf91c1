import { Controller, Delete, Get, HttpCode, Put } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Ask, Issue, Needs, pageOf, WithoutRevision } from '#libs/http';
import { AssertDomain, ReleaseDomain } from '../domain/domain.decider.js';
import { AccountItem, GetAccount, ListAccounts } from '../read/account-list.js';

@ApiTags('accounts')
@Controller('accounts')
export class AccountsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @Needs('users:read')
  @ApiOkResponse({ type: pageOf(AccountItem) })
  list(@Ask() query: ListAccounts) {
    return this.queries.execute(query);
  }

  @Get(':accountId')
  @Needs('users:read')
  @ApiOkResponse({ type: AccountItem })
  get(@Ask({ target: 'accountId' }) query: GetAccount) {
    return this.queries.execute(query);
  }

  @Put(':accountId/domains/:domain')
  @HttpCode(200)
  @Needs('accounts:open')
  @WithoutRevision()
  assertDomain(@Issue({ target: 'domain' }) command: AssertDomain) {
    return this.commands.execute(command);
  }

  @Delete(':accountId/domains/:domain')
  @Needs('accounts:open')
  @WithoutRevision()
  releaseDomain(@Issue({ target: 'domain' }) command: ReleaseDomain) {
    return this.commands.execute(command);
  }
}

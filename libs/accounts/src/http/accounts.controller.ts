import { Controller, Delete, Get, HttpCode, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Refuses, CommandBus, QueryBus, QueryParams, CommandBody, Needs, WithoutRevision } from '#libs/http';
import { AssertDomain, ReleaseDomain } from '../domain/email-domain.decider.js';
import { GetAccount, ListAccounts } from '../read/account-list.js';

@ApiTags('accounts')
@Controller('accounts')
export class AccountsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /** Lists the accounts that the caller may see. */
  @Get()
  @Refuses('cursor.invalid')
  @Needs('users:read')
  list(@QueryParams() query: ListAccounts) {
    return this.queries.execute(query);
  }

  @Get(':accountId')
  @Needs('users:read')
  get(@QueryParams({ target: 'accountId' }) query: GetAccount) {
    return this.queries.execute(query);
  }

  @Put(':accountId/domains/:domain')
  @Refuses('domain.invalid', 'domain.owned-by-another')
  @HttpCode(200)
  @Needs('accounts:open')
  @WithoutRevision()
  assertDomain(@CommandBody({ target: 'domain' }) command: AssertDomain) {
    return this.commands.execute(command);
  }

  @Delete(':accountId/domains/:domain')
  @Refuses('domain.invalid', 'domain.owned-by-another')
  @Needs('accounts:open')
  @WithoutRevision()
  releaseDomain(@CommandBody({ target: 'domain' }) command: ReleaseDomain) {
    return this.commands.execute(command);
  }
}

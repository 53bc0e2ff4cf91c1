import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Refuses, QueryBus, QueryParams, Needs } from '#libs/http';
import { ListAudit, ListHistory } from '../read/list-audit.js';

@ApiTags('audit')
@Controller()
export class AuditController {
  constructor(private readonly queries: QueryBus) {}

  @Get('audit')
  @Refuses('cursor.invalid', 'account.not-found')
  @Needs('audit:read')
  @ApiOperation({
    summary: 'Who did what, to whom, when and why; newest first',
    description: 'Who locked or deleted whom, when and why: `GET /api/v1/audit?action=user.locked&action=user.deleted`',
  })
  audit(@QueryParams() query: ListAudit) {
    return this.queries.execute(query);
  }

  @Get('accounts/:accountId/users/:userId/history')
  @Refuses('cursor.invalid')
  @Needs('audit:read')
  @ApiOperation({ summary: 'All that was done to a user, and their logins; newest first' })
  history(@QueryParams() query: ListHistory) {
    return this.queries.execute(query);
  }
}

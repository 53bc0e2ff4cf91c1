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
    summary: 'Lists who did what, to whom, when and why, newest first',
    description:
      'For example, `GET /api/v1/audit?action=user.locked&action=user.deleted` lists who locked or deleted whom, when and why.',
  })
  audit(@QueryParams() query: ListAudit) {
    return this.queries.execute(query);
  }

  @Get('accounts/:accountId/users/:userId/history')
  @Refuses('cursor.invalid')
  @Needs('audit:read')
  @ApiOperation({ summary: 'Lists all changes of a user and their logins, newest first' })
  history(@QueryParams() query: ListHistory) {
    return this.queries.execute(query);
  }
}

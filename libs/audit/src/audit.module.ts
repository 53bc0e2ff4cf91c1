import { Module } from '@nestjs/common';
import { queryHandlers } from '#libs/http';
import { ReadStore } from '#libs/read-store';
import { AuditController } from './http/audit.controller.js';
import { ListAudit, ListHistory, listAudit, listHistory } from './read/list-audit.js';

/** The audit trail, and a user's history: its rows for one subject. */
@Module({
  controllers: [AuditController],
  providers: [
    ...queryHandlers([ListAudit], [ReadStore], ({ db }) => (query) => listAudit(db, query)),
    ...queryHandlers([ListHistory], [ReadStore], ({ db }) => (query) => listHistory(db, query)),
  ],
})
export class AuditModule {}

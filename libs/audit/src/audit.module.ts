import { Module } from '@nestjs/common';
import { EventStore } from '#libs/event-store';
import { queryHandlers } from '#libs/http';
import { ReadModels, ReadStore } from '#libs/read-store';
import { AuditController } from './http/audit.controller.js';
import { ChangesController } from './http/changes.controller.js';
import { FollowChanges, followChanges } from './read/changed-users.js';
import { ListAudit, ListHistory, listAudit, listHistory } from './read/list-audit.js';

/** The audit trail, and a user's history: its rows for one subject. */
@Module({
  controllers: [AuditController, ChangesController],
  providers: [
    ...queryHandlers(
      [ListAudit],
      [ReadStore],
      ({ db }) =>
        (query) =>
          listAudit(db, query),
    ),
    ...queryHandlers(
      [FollowChanges],
      [ReadStore, ReadModels],
      ({ db }, readModels) =>
        async (query) =>
          followChanges(db, readModels, query),
    ),
    ...queryHandlers(
      [ListHistory],
      [EventStore, ReadStore],
      (store, { db }) =>
        (query) =>
          listHistory(store, db, query),
    ),
  ],
})
export class AuditModule {}

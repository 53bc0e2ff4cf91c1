import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { EventStore } from '#libs/event-store';
import { Answer, Clock, commandHandlers, queryHandlers } from '#libs/http';
import { ReadStore } from '#libs/read-store';
import { Vault } from '#libs/vault';
import { EndAccessToken, IssueAccessToken } from './domain/access-token.commands.js';
import { AccessController } from './http/access.controller.js';
import { FailedAttempts } from './http/failed-attempts.js';
import { AccessGuard } from './http/guard.js';
import { ListAccessTokens, listAccessTokens } from './read/access-tokens.js';
import { Callers } from './workflows/callers.js';
import { endToken, issueToken } from './workflows/issue-token.js';

/** Access tokens, what they open, and the guard of every route. */
@Module({
  controllers: [AccessController],
  providers: [
    ...commandHandlers([IssueAccessToken], [EventStore, Vault], (store, vault) => async (command) => {
      const { position, ...issued } = await issueToken({ store, vault }, command);
      return new Answer(issued, position);
    }),
    ...commandHandlers([EndAccessToken], [EventStore, Vault], (store, vault) => async (command) => {
      const { position } = await endToken({ store, vault }, command);
      return new Answer({ ended: true }, position);
    }),
    ...queryHandlers([ListAccessTokens], [ReadStore], ({ db }) => (query) => listAccessTokens(db, query)),
    FailedAttempts,
    {
      provide: Callers,
      inject: [EventStore, Vault, Clock],
      useFactory: (store: EventStore, vault: Vault, clock: Clock) => new Callers(store, vault, () => clock.now()),
    },
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
})
export class AccessModule {}

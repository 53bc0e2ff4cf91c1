import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { EventStore } from '#libs/event-store';
import { Answer, Clock, PublicOrigin, commandHandlers, queryHandlers, sourceOfAddress } from '#libs/http';
import { Refusal } from '#libs/kernel';
import { ReadStore } from '#libs/read-store';
import { Vault } from '#libs/vault';
import { EndAccessToken, IssueAccessToken } from './domain/access-token.commands.js';
import { AccessController } from './http/access.controller.js';
import { ChangePassword, FollowPasswordLink, LogIn, RequestPasswordLink } from './domain/session.commands.js';
import { DeviceCookie } from './http/device-cookie.js';
import { FailedAttempts } from './http/failed-attempts.js';
import { AccessGuard } from './http/guard.js';
import { HostCookies } from './http/host-cookies.js';
import { SessionCookie } from './http/session-cookie.js';
import { SessionController } from './http/session.controller.js';
import { ListAccessTokens, listAccessTokens } from './read/access-tokens.js';
import { Callers } from './workflows/callers.js';
import { Devices } from './workflows/device.js';
import { asUser, enter } from './workflows/enter.js';
import { evenly } from './workflows/evenly.js';
import { endToken, issueToken } from './workflows/issue-token.js';
import { changePassword, followLink, requestLink } from './workflows/set-password.js';
import { Visits } from './workflows/visits.js';

/** Access tokens, what they open, and the guard of every route. */
@Module({
  controllers: [AccessController, SessionController],
  providers: [
    ...commandHandlers([IssueAccessToken], [EventStore, Vault], (store, vault) => async (command) => {
      const { position, ...issued } = await issueToken({ store, vault }, command);
      return new Answer(issued, position);
    }),
    ...commandHandlers([EndAccessToken], [EventStore, Vault], (store, vault) => async (command) => {
      const { position } = await endToken({ store, vault }, command);
      return new Answer({ ended: true }, position);
    }),
    ...commandHandlers([LogIn], [EventStore, Vault, Callers, FailedAttempts], (store, vault, callers, failures) => async (command) => {
      const source = sourceOfAddress(command.issuance.ip);
      // A token can't be guessed: one that is valid passes from anywhere, as it does in the guard.
      const isGuess = command.email !== undefined;
      if (isGuess) await failures.count(source);
      try {
        const entered = await evenly(() => enter({ store, vault, callers }, command), { atOnce: true });
        if (isGuess) await failures.forgive(source);
        return entered;
      } catch (error) {
        const isOutage = error instanceof Refusal && error.kind === 'unavailable';
        if (isOutage && isGuess) await failures.forgive(source);
        if (!isOutage && !isGuess) await failures.count(source);
        throw error;
      }
    }),
    ...commandHandlers([RequestPasswordLink], [EventStore, Vault], (store, vault) => (command) => evenly(() => requestLink({ store, vault }, command))),
    ...commandHandlers([FollowPasswordLink], [EventStore, Vault], (store, vault) => async (command) => asUser(await followLink({ store, vault }, command))),
    ...commandHandlers([ChangePassword], [EventStore, Vault], (store, vault) => async (command) => asUser(await changePassword({ store, vault }, command))),
    ...queryHandlers([ListAccessTokens], [ReadStore], ({ db }) => (query) => listAccessTokens(db, query)),
    FailedAttempts,
    { provide: Devices, inject: [Vault], useFactory: (vault: Vault) => new Devices(vault) },
    {
      provide: HostCookies,
      inject: [PublicOrigin, Vault],
      useFactory: (place: PublicOrigin, vault: Vault) => new HostCookies(place, () => vault.hmac('cookie', 'name').slice(0, 8)),
    },
    SessionCookie,
    DeviceCookie,
    {
      provide: Callers,
      inject: [EventStore, Vault, Clock],
      useFactory: (store: EventStore, vault: Vault, clock: Clock) => new Callers(store, vault, () => clock.now()),
    },
    {
      provide: Visits,
      inject: [Vault, Callers, Clock],
      useFactory: ({ sessions }: Vault, callers: Callers, clock: Clock) => new Visits(sessions, callers, () => clock.now()),
    },
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
})
export class AccessModule {}

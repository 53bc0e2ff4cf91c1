import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { EventStore } from '#libs/event-store';
import { Answer, Clock, PublicOrigin, commandHandlers, queryHandlers } from '#libs/http';
import { ReadStore } from '#libs/read-store';
import { Vault } from '#libs/vault';
import { EndAccessToken, IssueAccessToken } from './domain/access-token.commands.js';
import { AccessController } from './http/access.controller.js';
import { ChangePassword, FollowPasswordLink, LogIn, RequestPasswordLink } from './domain/session.commands.js';
import { DeviceCookie } from './http/device-cookie.js';
import { LinkLimits } from './http/link-limits.js';
import { PasswordAttempts } from './http/password-attempts.js';
import { AccessGuard } from './http/guard.js';
import { HostCookies } from './http/host-cookies.js';
import { SessionCookie } from './http/session-cookie.js';
import { SessionController } from './http/session.controller.js';
import { ListAccessTokens, listAccessTokens } from './read/access-tokens.js';
import { AddressOwners } from './workflows/address-owners.js';
import { Callers } from './workflows/callers.js';
import { Devices } from './workflows/device.js';
import { asUser, enter } from './workflows/enter.js';
import { evenly } from './workflows/evenly.js';
import { endToken, issueToken } from './workflows/issue-token.js';
import { PasswordChecks } from './workflows/password-checks.js';
import { PasswordThreads } from './workflows/password-threads.js';
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
    ...commandHandlers([LogIn], [EventStore, Vault, Callers, PasswordThreads], (store, vault, callers, threads) => (command) => enter({ store, vault, callers, threads }, command)),
    ...commandHandlers([RequestPasswordLink], [EventStore, Vault], (store, vault) => (command) => evenly(() => requestLink({ store, vault }, command))),
    ...commandHandlers([FollowPasswordLink], [EventStore, Vault, PasswordThreads], (store, vault, threads) => async (command) => asUser(await followLink({ store, vault, threads }, command))),
    ...commandHandlers([ChangePassword], [EventStore, Vault, PasswordThreads], (store, vault, threads) => async (command) => asUser(await changePassword({ store, vault, threads }, command))),
    ...queryHandlers([ListAccessTokens], [ReadStore], ({ db }) => (query) => listAccessTokens(db, query)),
    { provide: Devices, inject: [Vault], useFactory: (vault: Vault) => new Devices(vault) },
    {
      provide: HostCookies,
      inject: [PublicOrigin, Vault],
      useFactory: (place: PublicOrigin, vault: Vault) => new HostCookies(place, () => vault.hmac('cookie', 'name').slice(0, 8)),
    },
    SessionCookie,
    DeviceCookie,
    LinkLimits,
    PasswordAttempts,
    { provide: AddressOwners, inject: [EventStore, Vault], useFactory: (store: EventStore, vault: Vault) => new AddressOwners(store, vault) },
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
    {
      provide: PasswordChecks,
      inject: [PasswordThreads, Clock],
      // One more than there are threads reads the event store meanwhile.
      useFactory: ({ size }: PasswordThreads, clock: Clock) => new PasswordChecks({ concurrency: size + 1, now: () => clock.now() }),
    },
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
})
export class AccessModule {}

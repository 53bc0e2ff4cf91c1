import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { EventStore } from '#libs/event-store';
import { Clock, PublicOrigin, ReadPosition, commandHandlers, queryHandlers } from '#libs/http';
import { SharedRateLimits, VersionedResult } from '#libs/kernel';
import { ReadStore } from '#libs/read-store';
import { EndUserSession, EndUserSessions, IssuedTokens } from '#libs/users';
import { Vault } from '#libs/vault';
import { EndAccessToken, IssueAccessToken } from './domain/access-token.commands.js';
import { AccessController } from './http/access.controller.js';
import {
  ChangePassword,
  CheckPasswordLink,
  FollowPasswordLink,
  LogIn,
  Reauthenticate,
  RequestPasswordLink,
} from './domain/session.commands.js';
import { SessionLimits } from './domain/session.js';
import { DeviceCookie } from './http/device-cookie.js';
import { KnownDevices } from './http/known-devices.js';
import { LinkLimits } from './http/link-limits.js';
import { PasswordAttempts } from './http/password-attempts.js';
import { AccessGuard } from './http/guard.js';
import { HostCookies } from './http/host-cookies.js';
import { SessionCookie } from './http/session-cookie.js';
import { OwnSessionsController } from './http/own-sessions.controller.js';
import { SessionController } from './http/session.controller.js';
import { UserSessionsController } from './http/user-sessions.controller.js';
import { IssuedTokenTree } from './issued-tokens.js';
import { GetAccessToken, ListAccessTokens, getAccessToken, listAccessTokens } from './read/access-tokens.js';
import { AddressOwners } from './workflows/address-owners.js';
import { TokenAuthenticator } from './workflows/token-authenticator.js';
import { DeviceCookieValues } from './workflows/device-cookie-values.js';
import { DeviceChecks } from './workflows/device-checks.js';
import { toAuthenticatedUser, authenticate } from './workflows/authenticate.js';
import { constantTime } from './workflows/constant-time.js';
import { endToken, issueToken } from './workflows/issue-token.js';
import { PasswordChecks } from './workflows/password-checks.js';
import { PasswordThreads } from './workflows/password-threads.js';
import { reauthenticate } from './workflows/reauthenticate.js';
import { changePassword, checkPasswordLink, setPasswordByLink, requestPasswordLink } from './workflows/set-password.js';
import { Sessions } from './workflows/sessions.js';
import { ListUserSessions, endUserSessions, listUserSessions } from './workflows/user-sessions.js';
import { TokenUseRecorder } from './workflows/token-use-recorder.js';

/** Access tokens, sessions, passwords, and the guard of every route. Global, since other modules inject `IssuedTokens`. */
@Global()
@Module({
  controllers: [AccessController, SessionController, OwnSessionsController, UserSessionsController],
  providers: [
    ...commandHandlers([IssueAccessToken], [EventStore, Vault], (store, vault) => async (command) => {
      const { position, ...issued } = await issueToken({ store, vault }, command);
      return new VersionedResult(issued, position);
    }),
    ...commandHandlers(
      [EndAccessToken],
      [EventStore, Vault, IssuedTokenTree],
      (store, vault, tree) => async (command) => {
        const { position } = await endToken({ store, vault }, command);
        if (!command.issued) return new VersionedResult({ ended: true }, position);
        const issued = await tree.endIssuedWith(command.context.targetId, command.context);
        return new VersionedResult({ ended: true, issued: issued.tokenIds }, Math.max(position, issued.position));
      },
    ),
    ...commandHandlers(
      [LogIn],
      [EventStore, Vault, TokenAuthenticator, PasswordThreads, DeviceChecks],
      (store, vault, tokenAuthenticator, threads, deviceChecks) => (command) =>
        authenticate({ store, vault, tokenAuthenticator, threads, deviceChecks }, command),
    ),
    ...commandHandlers(
      [RequestPasswordLink],
      [EventStore, Vault, Clock],
      (store, vault, clock) => (command) =>
        constantTime(
          (ms) => clock.sleep(ms),
          () => requestPasswordLink({ store, vault }, command),
        ),
    ),
    ...commandHandlers(
      [CheckPasswordLink],
      [EventStore, Vault],
      (store, vault) => (command) => checkPasswordLink({ store, vault }, command),
    ),
    ...commandHandlers(
      [FollowPasswordLink],
      [EventStore, Vault, PasswordThreads],
      (store, vault, threads) => async (command) =>
        toAuthenticatedUser(await setPasswordByLink({ store, vault, threads }, command), 'link'),
    ),
    ...commandHandlers(
      [ChangePassword],
      [EventStore, Vault, PasswordThreads, DeviceChecks],
      (store, vault, threads, deviceChecks) => async (command) =>
        toAuthenticatedUser(await changePassword({ store, vault, threads, deviceChecks }, command), 'password'),
    ),
    ...commandHandlers(
      [Reauthenticate],
      [EventStore, Vault, TokenAuthenticator, PasswordThreads, DeviceChecks],
      (store, vault, tokenAuthenticator, threads, deviceChecks) => (command) =>
        reauthenticate({ store, vault, tokenAuthenticator, threads, deviceChecks }, command),
    ),
    ...commandHandlers(
      [EndUserSession, EndUserSessions],
      [EventStore, Sessions],
      (store, sessions) => (command) => endUserSessions({ store, sessions }, command),
    ),
    ...queryHandlers(
      [ListUserSessions],
      [EventStore, Sessions],
      (store, sessions) => (query) => listUserSessions({ store, sessions }, query),
    ),
    ...queryHandlers(
      [ListAccessTokens],
      [ReadStore, Vault, TokenUseRecorder],
      ({ db }, sealer, uses) =>
        (query) =>
          listAccessTokens({ db, sealer, uses }, query),
    ),
    ...queryHandlers(
      [GetAccessToken],
      [ReadStore, TokenUseRecorder],
      ({ db }, uses) =>
        (query) =>
          getAccessToken({ db, uses }, query),
    ),
    {
      provide: IssuedTokenTree,
      inject: [EventStore, Vault, ReadStore, ReadPosition],
      useFactory: (...parts: ConstructorParameters<typeof IssuedTokenTree>) => new IssuedTokenTree(...parts),
    },
    { provide: IssuedTokens, useExisting: IssuedTokenTree },
    { provide: DeviceCookieValues, inject: [Vault], useFactory: (vault: Vault) => new DeviceCookieValues(vault) },
    {
      provide: HostCookies,
      inject: [PublicOrigin, Vault],
      useFactory: (place: PublicOrigin, vault: Vault) =>
        new HostCookies(place, () => vault.hmac('cookie', 'name').slice(0, 8)),
    },
    SessionCookie,
    DeviceCookie,
    KnownDevices,
    LinkLimits,
    PasswordAttempts,
    {
      provide: AddressOwners,
      inject: [EventStore, Vault, Clock],
      useFactory: (store: EventStore, vault: Vault, clock: Clock) =>
        new AddressOwners(store, vault, (ms) => clock.sleep(ms)),
    },
    DeviceChecks,
    {
      provide: TokenUseRecorder,
      inject: [Vault, Clock],
      useFactory: ({ tokenUses }: Vault, clock: Clock) => new TokenUseRecorder(tokenUses, () => clock.now()),
    },
    {
      provide: TokenAuthenticator,
      inject: [EventStore, Vault, Clock, TokenUseRecorder],
      useFactory: (store: EventStore, vault: Vault, clock: Clock, uses: TokenUseRecorder) =>
        new TokenAuthenticator(store, vault, () => clock.now(), uses),
    },
    {
      provide: Sessions,
      inject: [Vault, TokenAuthenticator, SessionLimits, Clock],
      useFactory: ({ sessions }: Vault, tokenAuthenticator: TokenAuthenticator, limits: SessionLimits, clock: Clock) =>
        new Sessions(sessions, tokenAuthenticator, limits, () => clock.now()),
    },
    {
      provide: PasswordChecks,
      inject: [PasswordThreads, SharedRateLimits, Clock],
      // One more than there are threads: while the threads hash, it reads the event store.
      useFactory: ({ size }: PasswordThreads, limits: SharedRateLimits, clock: Clock) =>
        new PasswordChecks({ concurrency: size + 1, limits, sleep: (ms) => clock.sleep(ms) }),
    },
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [IssuedTokens],
})
export class AccessModule {}

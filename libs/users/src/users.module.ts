import { Module } from '@nestjs/common';
import { ListAccounts, OpenAccount } from '#libs/accounts';
import { EventStore } from '#libs/event-store';
import { Routes, commandHandlers, queryHandlers } from '#libs/http';
import { VersionedResult } from '#libs/kernel';
import { ReadStore } from '#libs/read-store';
import type { Command, CommandClass } from '#libs/kernel';
import { Vault } from '#libs/vault';
import { CredentialsController } from './areas/credentials/credentials.routes.js';
import { RequestPasswordReset } from './areas/credentials/credentials.commands.js';
import { LocksController } from './areas/locks/locks.routes.js';
import { AddUser, RegisterUser } from './areas/membership/membership.commands.js';
import { MembershipController } from './areas/membership/membership.routes.js';
import { OwnProfileController } from './areas/profile/own-profile.routes.js';
import { ChangeOwnProfile } from './areas/profile/profile.commands.js';
import { ProfileController } from './areas/profile/profile.routes.js';
import { RolesController } from './areas/roles/roles.routes.js';
import type { Act } from './domain/act.js';
import { ChangeUsers } from './domain/bulk.js';
import { RecordLogin } from './domain/login.js';
import type { UserStanding } from './domain/results.js';
import { bulkActs, commandsWhere, type CommandRemovingAdministrator } from './domain/user.acts.js';
import { bulkAnswer } from './http/answers.js';
import { InstallationController } from './http/installation.controller.js';
import type { ExistingUser } from './domain/user.state.js';
import { toUserStanding } from './http/user-standing.js';
import { UsersController } from './http/users.controller.js';
import { SummarizeAccount, summarizeAccount } from './read/account-summary.js';
import { GetUser, getUser, replayUser } from './read/get-user.js';
import { GetOwnAccount, getOwnAccount } from './read/own-account.js';
import { listAccounts } from './read/list-accounts.js';
import { ListPendingApprovals, listPendingApprovals } from './read/pending-approvals.js';
import { ExportUserList, exportUserList } from './read/user-export.js';
import { ListUsers, listUsers } from './read/user-list.js';
import { changeUser } from './workflows/change-user.js';
import { changeUsers } from './workflows/change-users.js';
import {
  IssuedTokens,
  checkMayEndTokens,
  listOrEndIssuedTokens,
  mayHaveIssuedTokens,
} from './workflows/issued-tokens.js';
import { createUser } from './workflows/claim-address.js';
import { ListActions, listActions } from './workflows/list-actions.js';
import { openAccount } from './workflows/open-account.js';
import { recordLogin } from './workflows/record-login.js';

/** Whether the route of this act responds with the user's status, so that no handler of its own is needed. */
const hasStandardHandler = ({ permission, response }: Act): boolean => permission !== 'internal' && response !== 'own';

/** Users: the commands and queries that this module answers. */
@Module({
  controllers: [
    UsersController,
    MembershipController,
    LocksController,
    RolesController,
    ProfileController,
    OwnProfileController,
    CredentialsController,
    InstallationController,
  ],
  providers: [
    ...commandHandlers(
      commandsWhere((act) => hasStandardHandler(act) && !act.removesAdministrator) as CommandClass<
        Command<never, VersionedResult<UserStanding>>
      >[],
      [EventStore],
      (store) => async (command) => toUserStanding(await changeUser(store, command), command),
    ),
    ...commandHandlers(
      commandsWhere(
        (act) => hasStandardHandler(act) && act.removesAdministrator !== undefined,
      ) as CommandClass<CommandRemovingAdministrator>[],
      [EventStore, IssuedTokens],
      (store, tokens) => async (command) => {
        const { context } = command;
        checkMayEndTokens(command, context);
        const written = await changeUser(store, command);
        const issuers = mayHaveIssuedTokens(written.state) ? [context.targetId] : [];
        const { byUser, position = 0 } = await listOrEndIssuedTokens(tokens, issuers, command, context);
        return toUserStanding(
          { ...written, position: Math.max(written.position, position) },
          command,
          byUser ? byUser.get(context.targetId) : null,
        );
      },
    ),
    ...commandHandlers([RequestPasswordReset], [EventStore], (store) => async (command) => {
      const { state, changed, position, revision } = await changeUser(store, command);
      return new VersionedResult(
        { changed, expiresAt: (state as ExistingUser).passwordLink?.expiresAt ?? null },
        position,
        revision,
      );
    }),
    ...commandHandlers([ChangeOwnProfile], [EventStore], (store) => async (command) => {
      const { changed, position, revision } = await changeUser(store, command);
      return new VersionedResult({ changed }, position, revision);
    }),
    ...commandHandlers(
      [ChangeUsers],
      [EventStore, Vault, Routes, IssuedTokens],
      (store, vault, routes, tokens) => async (command) => {
        const { context } = command;
        checkMayEndTokens(command, context);
        const { results, position } = await changeUsers(store, vault, command);
        const issuers = results
          .filter(({ mayHaveIssuedTokens: may }) => may && bulkActs[command.action].removesAdministrator)
          .map(({ userId }) => userId);
        const ended = await listOrEndIssuedTokens(tokens, issuers, command, context);
        return new VersionedResult(
          bulkAnswer(results, routes, context.permissions, ended.byUser),
          Math.max(position, ended.position ?? 0),
        );
      },
    ),
    ...commandHandlers([AddUser], [EventStore, Vault], (store, vault) => async (command) => {
      const { position, revision } = await createUser({ store, vault }, command);
      return new VersionedResult({ userId: command.context.targetId }, position, revision);
    }),
    ...commandHandlers([RegisterUser], [EventStore, Vault], (store, vault) => async (command) => {
      const { position, revision, state } = await createUser({ store, vault }, command);
      return new VersionedResult({ userId: command.context.targetId, status: state.status }, position, revision);
    }),
    ...commandHandlers([OpenAccount], [EventStore, Vault], (store, vault) => async (command) => {
      const { accountId, administratorId, position, revision } = await openAccount({ store, vault }, command);
      return new VersionedResult({ accountId, administratorId }, position, revision);
    }),
    ...commandHandlers([RecordLogin], [EventStore], (store) => async (command) => {
      const { position } = await recordLogin(store, command);
      return new VersionedResult({ userId: command.context.targetId }, position);
    }),

    ...queryHandlers(
      [ListUsers],
      [ReadStore, Vault],
      ({ db }, vault) =>
        (query) =>
          listUsers(db, vault, query),
    ),
    ...queryHandlers(
      [ListAccounts],
      [ReadStore, Vault],
      ({ db }, vault) =>
        (query) =>
          listAccounts(db, vault, query),
    ),
    ...queryHandlers(
      [ListPendingApprovals],
      [ReadStore, Vault],
      ({ db }, vault) =>
        (query) =>
          listPendingApprovals(db, vault, query),
    ),
    ...queryHandlers(
      [SummarizeAccount],
      [ReadStore],
      ({ db }) =>
        (query) =>
          summarizeAccount(db, query),
    ),
    ...queryHandlers(
      [ExportUserList],
      [ReadStore],
      ({ db }) =>
        (query) =>
          exportUserList(db, query),
    ),
    ...queryHandlers(
      [GetOwnAccount],
      [ReadStore],
      ({ db }) =>
        (query) =>
          getOwnAccount(db, query),
    ),
    ...queryHandlers([GetUser], [ReadStore, EventStore], ({ db }, store) => async (query) => {
      if (query.at !== undefined || query.revision !== undefined) return replayUser(store, db, query);
      const user = await getUser(store, db, query);
      return new VersionedResult(user, undefined, user.revision);
    }),
    ...queryHandlers(
      [ListActions],
      [EventStore, Routes],
      (store, routes) => (query) => listActions(store, (action, params) => routes.linkTo(action, params), query),
    ),
  ],
})
export class UsersModule {}

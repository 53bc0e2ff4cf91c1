import { Module, StreamableFile } from '@nestjs/common';
import { OpenAccount } from '#libs/accounts';
import { EventStore } from '#libs/event-store';
import { VersionedResult, Routes, commandHandlers, queryHandlers } from '#libs/http';
import { ReadStore } from '#libs/read-store';
import { Vault } from '#libs/vault';
import { ChangeUsers } from './domain/bulk.js';
import { RecordLogin } from './domain/login.js';
import {
  AddUser,
  AddUserToAccount,
  ApproveUser,
  ChangeUser,
  DeleteUser,
  GrantRole,
  LockUser,
  RegisterUser,
  RejectUser,
  RequestPasswordReset,
  RestoreUser,
  RevokeRole,
  UnlockUser,
} from './domain/user.commands.js';
import { bulkAnswer } from './http/answers.js';
import { InstallationController } from './http/installation.controller.js';
import type { ExistingUser } from './domain/user.state.js';
import { toUserStanding } from './http/user-standing.js';
import { UsersController } from './http/users.controller.js';
import { SummarizeAccount, summarizeAccount } from './read/account-summary.js';
import { GetUser, getUser, replayUser } from './read/get-user.js';
import { ListPendingApprovals, listPendingApprovals } from './read/pending-approvals.js';
import { ExportUserList, exportUserList } from './read/user-export.js';
import { ListUsers, listUsers } from './read/user-list.js';
import { changeUser } from './workflows/change-user.js';
import { changeUsers } from './workflows/change-users.js';
import { IssuedTokens, checkMayEndTokens, issuedTokensOf, mayHaveIssuedTokens } from './workflows/issued-tokens.js';
import { createUser } from './workflows/claim-address.js';
import { ListActions, listActions } from './workflows/list-actions.js';
import { openAccount } from './workflows/open-account.js';
import { recordLogin } from './workflows/record-login.js';

/** Users: the commands and queries that this module answers. */
@Module({
  controllers: [UsersController, InstallationController],
  providers: [
    ...commandHandlers(
      [ApproveUser, RejectUser, AddUserToAccount, UnlockUser, RestoreUser, ChangeUser, GrantRole],
      [EventStore],
      (store) => async (command) => toUserStanding(await changeUser(store, command), command),
    ),
    ...commandHandlers(
      [LockUser, DeleteUser, RevokeRole],
      [EventStore, IssuedTokens],
      (store, tokens) => async (command) => {
        const { context } = command;
        checkMayEndTokens(command, context);
        const written = await changeUser(store, command);
        const issuers = mayHaveIssuedTokens(written.state) ? [context.targetId] : [];
        const { byUser, position = 0 } = await issuedTokensOf(tokens, issuers, command, context);
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
    ...commandHandlers(
      [ChangeUsers],
      [EventStore, Vault, Routes, IssuedTokens],
      (store, vault, routes, tokens) => async (command) => {
        const { context } = command;
        checkMayEndTokens(command, context);
        const { results, position } = await changeUsers(store, vault, command);
        const issuers = results
          .filter(({ mayHaveIssuedTokens: may }) => may && ['lock', 'delete'].includes(command.action))
          .map(({ userId }) => userId);
        const ended = await issuedTokensOf(tokens, issuers, command, context);
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
        async (query) =>
          new StreamableFile(await exportUserList(db, query), { type: 'text/csv; charset=utf-8' }),
    ),
    ...queryHandlers([GetUser], [ReadStore, EventStore], ({ db }, store) => async (query) => {
      if (query.at !== undefined || query.revision !== undefined) return replayUser(store, db, query);
      const user = await getUser(db, query);
      return new VersionedResult(user, undefined, user.revision);
    }),
    ...queryHandlers(
      [ListActions],
      [EventStore, Routes],
      (store, routes) => (query) => listActions(store, (action, params) => routes.step(action, params), query),
    ),
  ],
})
export class UsersModule {}

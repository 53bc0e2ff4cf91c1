import { Module } from '@nestjs/common';
import { EventStore } from '#libs/event-store';
import { commandHandlers, queryHandlers } from '#libs/http';
import { VersionedResult } from '#libs/kernel';
import { ReadStore } from '#libs/read-store';
import { AssertDomain, ReleaseDomain } from './domain/email-domain.decider.js';
import { AccountsController } from './http/accounts.controller.js';
import { InstallationStatusController } from './http/installation-status.controller.js';
import { GetAccount, getAccount } from './read/account-list.js';
import { GetInstallation, getInstallation } from './read/installation-status.js';
import { changeDomainOwner } from './workflows/email-domains.js';

/** Accounts and the e-mail domains they own. Opening an account adds its first administrator: see the users' module. */
@Module({
  controllers: [AccountsController, InstallationStatusController],
  providers: [
    ...commandHandlers([AssertDomain, ReleaseDomain], [EventStore], (store) => async (command) => {
      const { state, changed, position } = await changeDomainOwner(store, command);
      return new VersionedResult({ owned: state.owner === command.context.account, changed }, position);
    }),
    ...queryHandlers(
      [GetInstallation],
      [ReadStore],
      ({ db }) =>
        () =>
          getInstallation(db),
    ),
    ...queryHandlers([GetAccount], [ReadStore], ({ db }) => async (query) => {
      const account = await getAccount(db, query);
      return new VersionedResult(account, undefined, account.revision);
    }),
  ],
})
export class AccountsModule {}

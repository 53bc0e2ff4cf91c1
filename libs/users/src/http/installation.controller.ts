import { Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { OpenAccount } from '#libs/accounts';
import { Refuses, CommandBus, CommandBody, LocationHeader, Needs, SendsMail, WithoutRevision } from '#libs/http';
import { RegisterUser } from '../areas/membership/membership.commands.js';
import { RecordLogin } from '../domain/login.js';
import { NeedsPermissionOf } from './needs-permission-of.js';

/** Routes of operators and services that belong to no single account. */
@ApiTags('installation')
@Controller()
export class InstallationController {
  constructor(private readonly commands: CommandBus) {}

  @Post('accounts')
  @Refuses(
    'user.in-another-account',
    'user.exists-unaffiliated',
    'user.outside-domain',
    'domain.invalid',
    'domain.owned-by-another',
    'account.not-opened',
    'access.reauthenticate',
    'access.throttled',
  )
  @SendsMail()
  @Needs('accounts:open')
  @WithoutRevision()
  @LocationHeader('/api/v1/accounts/:accountId')
  openAccount(@CommandBody({ target: 'accountId' }) command: OpenAccount) {
    return this.commands.execute(command);
  }

  @Post('registrations')
  @Refuses('user.exists', 'user.outside-domain', 'access.throttled')
  @SendsMail()
  @NeedsPermissionOf(RegisterUser)
  @WithoutRevision()
  // The service must not learn whether an account has the user.
  @LocationHeader('/api/v1/audit?subject=:userId')
  register(@CommandBody() command: RegisterUser) {
    return this.commands.execute(command);
  }

  @Post('users/:userId/logins')
  @Refuses('user.locked', 'login.time-invalid')
  @Needs('logins:record')
  @WithoutRevision()
  @LocationHeader('/api/v1/audit?subject=:userId&action=user.logged-in')
  recordLogin(@CommandBody() command: RecordLogin) {
    return this.commands.execute(command);
  }
}

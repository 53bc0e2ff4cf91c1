import { Controller, Delete, HttpCode, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Refuses, CommandBus, CommandBody, FromQuery } from '#libs/http';
import { NeedsPermissionOf } from '../../http/needs-permission-of.js';
import { GrantRole, RevokeRole } from './roles.commands.js';

/** Routes of granting and revoking roles. */
@ApiTags('users')
@Controller('accounts/:accountId')
export class RolesController {
  constructor(private readonly commands: CommandBus) {}

  @Put('users/:userId/roles/:role')
  @Refuses('user.not-active', 'user.outranks-caller', 'role.not-grantable', 'access.reauthenticate')
  @HttpCode(200)
  @NeedsPermissionOf(GrantRole)
  grant(@CommandBody({ fields: ['role'] }) command: GrantRole) {
    return this.commands.execute(command);
  }

  /** Takes a role away from a member. The `reason` is in a JSON body, because it may be about a person and addresses end up in logs. */
  @Delete('users/:userId/roles/:role')
  @Refuses('user.not-active', 'user.outranks-caller', 'user.self', 'role.not-grantable', 'account.last-administrator')
  @NeedsPermissionOf(RevokeRole)
  @FromQuery('dryRun', 'endIssuedTokens')
  revoke(@CommandBody({ fields: ['role'] }) command: RevokeRole) {
    return this.commands.execute(command);
  }
}

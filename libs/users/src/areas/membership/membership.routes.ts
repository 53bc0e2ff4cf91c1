import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Refuses, CommandBus, CommandBody, LocationHeader, SendsMail, WithoutRevision } from '#libs/http';
import { NeedsPermissionOf } from '../../http/needs-permission-of.js';
import { AddUser, AddUserToAccount, ApproveUser, DeleteUser, RejectUser, RestoreUser } from './membership.commands.js';

/** Routes of joining and leaving an account. */
@ApiTags('users')
@Controller('accounts/:accountId')
export class MembershipController {
  constructor(private readonly commands: CommandBus) {}

  @Post('users')
  @Refuses(
    'user.already-in-account',
    'user.in-another-account',
    'user.exists-unaffiliated',
    'user.outside-domain',
    'domain.owned-by-another',
    'access.throttled',
  )
  @SendsMail()
  @NeedsPermissionOf(AddUser)
  @WithoutRevision()
  @LocationHeader('/api/v1/accounts/:accountId/users/:userId')
  add(@CommandBody() command: AddUser) {
    return this.commands.execute(command);
  }

  @Post('users/:userId/approve')
  @Refuses('user.not-pending', 'access.throttled')
  @SendsMail()
  @HttpCode(200)
  @NeedsPermissionOf(ApproveUser)
  approve(@CommandBody() command: ApproveUser) {
    return this.commands.execute(command);
  }

  @Post('users/:userId/reject')
  @Refuses('user.not-pending', 'access.throttled')
  @SendsMail()
  @HttpCode(200)
  @NeedsPermissionOf(RejectUser)
  reject(@CommandBody() command: RejectUser) {
    return this.commands.execute(command);
  }

  @Post('users/:userId/add-to-account')
  @Refuses(
    'user.not-unaffiliated',
    'user.outside-domain',
    'user.in-another-account',
    'access.reauthenticate',
    'access.throttled',
  )
  @SendsMail()
  @HttpCode(200)
  @NeedsPermissionOf(AddUserToAccount)
  @WithoutRevision()
  addToAccount(@CommandBody() command: AddUserToAccount) {
    return this.commands.execute(command);
  }

  @Post('users/:userId/delete')
  @Refuses('user.not-active', 'user.outranks-caller', 'user.self', 'account.last-administrator')
  @HttpCode(200)
  @NeedsPermissionOf(DeleteUser)
  delete(@CommandBody() command: DeleteUser) {
    return this.commands.execute(command);
  }

  @Post('users/:userId/restore')
  @Refuses('user.not-restorable', 'access.reauthenticate')
  @HttpCode(200)
  @NeedsPermissionOf(RestoreUser)
  restore(@CommandBody() command: RestoreUser) {
    return this.commands.execute(command);
  }
}

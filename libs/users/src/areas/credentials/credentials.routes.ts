import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Refuses, CommandBus, CommandBody, SendsMail } from '#libs/http';
import { NeedsPermissionOf } from '../../http/needs-permission-of.js';
import { RequestPasswordReset } from './credentials.commands.js';

/** Route of resetting a password. */
@ApiTags('users')
@Controller('accounts/:accountId')
export class CredentialsController {
  constructor(private readonly commands: CommandBus) {}

  @Post('users/:userId/reset-password')
  @Refuses('user.not-active', 'user.outranks-caller', 'user.locked', 'access.throttled')
  @SendsMail()
  @HttpCode(200)
  @NeedsPermissionOf(RequestPasswordReset)
  resetPassword(@CommandBody() command: RequestPasswordReset) {
    return this.commands.execute(command);
  }
}

import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Refuses, CommandBus, CommandBody } from '#libs/http';
import { NeedsPermissionOf } from '../../http/needs-permission-of.js';
import { LockUser, UnlockUser } from './locks.commands.js';

/** Routes of locking and unlocking. */
@ApiTags('users')
@Controller('accounts/:accountId')
export class LocksController {
  constructor(private readonly commands: CommandBus) {}

  @Post('users/:userId/lock')
  @Refuses('user.not-active', 'user.outranks-caller', 'user.self', 'account.last-administrator')
  @HttpCode(200)
  @NeedsPermissionOf(LockUser)
  lock(@CommandBody() command: LockUser) {
    return this.commands.execute(command);
  }

  @Post('users/:userId/unlock')
  @Refuses('user.not-active', 'user.outranks-caller')
  @HttpCode(200)
  @NeedsPermissionOf(UnlockUser)
  unlock(@CommandBody() command: UnlockUser) {
    return this.commands.execute(command);
  }
}

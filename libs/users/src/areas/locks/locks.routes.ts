import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CommandBus, CommandBody } from '#libs/http';
import { NeedsPermissionOf } from '../../http/needs-permission-of.js';
import { LockUser, UnlockUser } from './locks.commands.js';

/** Routes of locking and unlocking. */
@ApiTags('users')
@Controller('accounts/:accountId')
export class LocksController {
  constructor(private readonly commands: CommandBus) {}

  @Post('users/:userId/lock')
  @HttpCode(200)
  @NeedsPermissionOf(LockUser)
  lock(@CommandBody() command: LockUser) {
    return this.commands.execute(command);
  }

  @Post('users/:userId/unlock')
  @HttpCode(200)
  @NeedsPermissionOf(UnlockUser)
  unlock(@CommandBody() command: UnlockUser) {
    return this.commands.execute(command);
  }
}

import { Controller, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Refuses, CommandBus, CommandBody } from '#libs/http';
import { NeedsPermissionOf } from '../../http/needs-permission-of.js';
import { ChangeUser } from './profile.commands.js';

/** Route of changing a user's names, countries and language. */
@ApiTags('users')
@Controller('accounts/:accountId')
export class ProfileController {
  constructor(private readonly commands: CommandBus) {}

  @Patch('users/:userId')
  @Refuses('user.not-active', 'user.outranks-caller')
  @NeedsPermissionOf(ChangeUser)
  change(@CommandBody() command: ChangeUser) {
    return this.commands.execute(command);
  }
}

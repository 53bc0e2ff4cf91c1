import { Controller, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CommandBody, CommandBus, Needs, QueryBus, QueryParams, Refuses } from '#libs/http';
import { withContext } from '#libs/kernel';
import { NeedsPermissionOf } from '../../http/needs-permission-of.js';
import { GetOwnAccount } from '../../read/own-account.js';
import { ChangeOwnProfile } from './profile.commands.js';

/** Routes of what every user sees and changes about themselves. */
@ApiTags('access')
@Controller('me')
export class OwnProfileController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /** Returns the caller's account and its administrators. Operators and services have none. */
  @Get('account')
  @Refuses('account.not-found')
  @Needs('authenticated')
  account(@QueryParams() query: GetOwnAccount) {
    return this.queries.execute(query);
  }

  @Patch()
  @Refuses('user.not-found', 'user.not-active')
  @NeedsPermissionOf(ChangeOwnProfile)
  change(@CommandBody() command: ChangeOwnProfile) {
    const { actor, confinedTo } = command.context;
    const own = { ...command.context, targetId: actor.id, ...(confinedTo && { account: confinedTo }) };
    return this.commands.execute(withContext(command, own));
  }
}

import { Controller, Delete, Get, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CommandBody, CommandBus, Needs, QueryBus, QueryParams, Refuses } from '#libs/http';
import { EndUserSession, EndUserSessions } from '#libs/users';
import type { Principal } from '../domain/principal.js';
import { ListUserSessions } from '../workflows/user-sessions.js';
import { Sessions } from '../workflows/sessions.js';
import type { SessionList } from './answers.js';

/** Routes of the sessions of a user of an account. */
@ApiTags('users')
@Controller('accounts/:accountId/users/:userId/sessions')
export class UserSessionsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly sessions: Sessions,
  ) {}

  /** Lists the sessions of a user, newest first. Former members have none that the account may see. */
  @Get()
  @Refuses('user.outranks-caller')
  @Needs('users:reset-password')
  async list(@QueryParams() query: ListUserSessions, @Req() { caller }: { caller: Principal }): Promise<SessionList> {
    const sessions = await this.queries.execute(query);
    return { items: sessions.map((session) => this.sessions.toItem(session, caller.session?.id)) };
  }

  /** Ends one session of a user. The `reason` is in a JSON body, because it may be about a person and addresses end up in logs. */
  @Delete(':sessionId')
  @Refuses('user.not-active', 'user.outranks-caller')
  @Needs('users:reset-password')
  end(@CommandBody({ fields: ['sessionId'] }) command: EndUserSession) {
    return this.commands.execute(command);
  }

  /** Ends all sessions of a user. The `reason` is in a JSON body. */
  @Delete()
  @Refuses('user.not-active', 'user.outranks-caller')
  @Needs('users:reset-password')
  endAll(@CommandBody() command: EndUserSessions) {
    return this.commands.execute(command);
  }
}

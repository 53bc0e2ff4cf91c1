import { Controller, Delete, Get, Param, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Needs } from '#libs/http';
import { Refusal } from '#libs/kernel';
import type { Principal } from '../domain/principal.js';
import { Sessions, holderOf } from '../workflows/sessions.js';
import type { EndedSessions, SessionList } from './answers.js';

/** Routes of the caller's own sessions. */
@ApiTags('access')
@Controller('me/sessions')
export class OwnSessionsController {
  constructor(private readonly sessions: Sessions) {}

  /** Lists the caller's sessions, newest first. */
  @Get()
  @Needs('authenticated')
  async list(@Req() { caller }: { caller: Principal }): Promise<SessionList> {
    const sessions = await this.sessions.list(holderOf(caller));
    return { items: sessions.map((session) => this.sessions.toItem(session, caller.session?.id)) };
  }

  /** Ends one of the caller's sessions. */
  @Delete(':sessionId')
  @Needs('me:write')
  async end(@Param('sessionId') id: string, @Req() { caller }: { caller: Principal }): Promise<EndedSessions> {
    if (!(await this.sessions.end(holderOf(caller), id, 'ended-by-user')))
      throw new Refusal('session.not-found', 'not-found', 'There is no such session.');
    return { ended: true };
  }

  /** Ends all sessions of the caller. */
  @Delete()
  @Needs('me:write')
  async endAll(@Req() { caller }: { caller: Principal }): Promise<EndedSessions> {
    await this.sessions.endAll(holderOf(caller), 'ended-by-user');
    return { ended: true };
  }
}

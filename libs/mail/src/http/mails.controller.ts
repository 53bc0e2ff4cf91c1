import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Refuses, CommandBus, QueryBus, QueryParams, CommandBody, Needs, SendsMail, WithoutRevision } from '#libs/http';
import { ListMails, SendMail } from '../workflows/mails.js';

/** Mails that did not get through, for whoever runs the installation. */
@ApiTags('installation')
@Controller('mails')
export class MailsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /** The mails that were given up, or those that are owed; the oldest first. */
  @Get()
  @Refuses('cursor.invalid')
  @Needs('mails:manage')
  list(@QueryParams() query: ListMails) {
    return this.queries.execute(query);
  }

  /** Sends one now, however often it failed. */
  @Post(':mailId/send')
  @Refuses('access.throttled')
  @SendsMail()
  @Needs('mails:manage')
  @WithoutRevision()
  @HttpCode(200)
  send(@CommandBody({ target: 'mailId' }) command: SendMail) {
    return this.commands.execute(command);
  }
}

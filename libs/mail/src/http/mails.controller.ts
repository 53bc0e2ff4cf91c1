import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Refuses, CommandBus, QueryBus, QueryParams, CommandBody, Needs, SendsMail, WithoutRevision } from '#libs/http';
import { ListMails, SendMail } from '../workflows/mails.js';

/** Routes for operators about mails that could not be sent. */
@ApiTags('installation')
@Controller('mails')
export class MailsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /** Lists the mails that were given up, or those that are still to be sent, oldest first. */
  @Get()
  @Refuses('cursor.invalid')
  @Needs('mails:manage')
  list(@QueryParams() query: ListMails) {
    return this.queries.execute(query);
  }

  /** Sends a mail again now, even if it was given up. */
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

import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Ask, Issue, Needs } from '#libs/http';
import { ListMails, SendMail } from '../workflows/mails.js';

/** Mails that did not get through, for whoever runs the installation. */
@ApiTags('installation')
@Controller('mails')
export class MailsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /** The mails that are owed, or those that were given up. */
  @Get()
  @Needs('mails:manage')
  list(@Ask() query: ListMails) {
    return this.queries.execute(query);
  }

  /** Sends one now, however often it failed. */
  @Post(':mailId/send')
  @Needs('mails:manage')
  @HttpCode(200)
  send(@Issue({ target: 'mailId' }) command: SendMail) {
    return this.commands.execute(command);
  }
}

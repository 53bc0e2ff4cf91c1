import { Module } from '@nestjs/common';
import { commandHandlers, queryHandlers } from '#libs/http';
import { EventStore } from '#libs/event-store';
import { Vault } from '#libs/vault';
import { MailsController } from './http/mails.controller.js';
import { ListMails, SendMail, listMails, sendMail } from './workflows/mails.js';

/** The routes on which operators see and send mails. The server starts the mail process itself. */
@Module({
  controllers: [MailsController],
  providers: [
    ...queryHandlers([ListMails], [Vault, EventStore], (vault, store) => (query) => listMails({ vault, store }, query)),
    ...commandHandlers(
      [SendMail],
      [Vault, EventStore],
      (vault, store) => (command) => sendMail({ vault, store }, command),
    ),
  ],
})
export class MailModule {}

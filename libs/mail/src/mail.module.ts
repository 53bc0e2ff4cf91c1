import { Module } from '@nestjs/common';
import { commandHandlers, queryHandlers } from '#libs/http';
import { Vault } from '#libs/vault';
import { MailsController } from './http/mails.controller.js';
import { ListMails, SendMail, listMails, sendMail } from './workflows/mails.js';

/** The routes on which operators see and send mails. The server starts the mail process itself. */
@Module({
  controllers: [MailsController],
  providers: [
    ...queryHandlers([ListMails], [Vault], (vault) => async (query) => listMails(vault, query)),
    ...commandHandlers([SendMail], [Vault], (vault) => async (command) => sendMail(vault, command)),
  ],
})
export class MailModule {}

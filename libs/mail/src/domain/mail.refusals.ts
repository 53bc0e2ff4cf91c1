import { describeRefusals } from '#libs/kernel';

/** The refusal codes of this library. */
export const mailRefusals = describeRefusals('mail', {
  'mail.not-found': {
    kind: 'not-found',
    meaning: 'There is no such mail.',
    next: 'List the mails again (`GET /mails`).',
  },
});

type MailRefusals = typeof mailRefusals;

declare module '#libs/kernel' {
  interface RefusalCodes extends MailRefusals {}
}

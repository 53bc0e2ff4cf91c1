import parseAddresses from 'nodemailer/lib/addressparser';
import type { MailMessage } from 'nodemailer';
import { isMailAddress } from '#libs/accounts';
import { UndeliverableError, isSameMailbox } from '../domain/recipient.js';

/** Addresses as they are recorded or configured. */
interface Recorded {
  readonly from: string;
  readonly to: string;
}

/** Why a built message must not be sent; undefined where it goes exactly to the recorded address and names nobody else. */
export function checkRecipient(
  message: MailMessage['message'],
  { from, to }: Recorded,
): UndeliverableError | undefined {
  if (!isMailAddress(to)) return new UndeliverableError('address.refused');
  const envelope = message.getEnvelope();
  const sender = envelope.from === false ? [] : [envelope.from];
  const fits = isExactly(envelope.to, to) && isExactly(sender, from) && isExactly(addressesIn(message, 'To'), to);
  return fits ? undefined : new UndeliverableError('address.differs');
}

const isExactly = ([first, ...others]: readonly string[], recorded: string): boolean =>
  first !== undefined && others.length === 0 && isSameMailbox(first, recorded);

/** The addresses that a program finds in a header when it reads the message. */
function addressesIn(message: MailMessage['message'], header: string): string[] {
  const headers = message.buildHeaders().replace(/\r\n(?=[ \t])/g, '');
  const values = headers.split('\r\n').filter((line) => line.startsWith(`${header}: `));
  return values
    .flatMap((line) => parseAddresses(line.slice(header.length + 2), { flatten: true }))
    .map(({ address }) => address);
}

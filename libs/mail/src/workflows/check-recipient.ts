import parseAddresses from 'nodemailer/lib/addressparser';
import type { MailMessage } from 'nodemailer';
import { isMailAddress } from '#libs/accounts';
import { UndeliverableError, isSameMailbox } from '../domain/recipient.js';

/** Addresses as they are recorded or configured. */
interface Recorded {
  readonly from: string;
  readonly to: string;
}

/** Returns why a built message must not be sent; undefined if it goes to the recorded address only and names no other. */
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

/** Returns the addresses that a mail program would read from a header. */
function addressesIn(message: MailMessage['message'], header: string): string[] {
  const headers = message.buildHeaders().replace(/\r\n(?=[ \t])/g, '');
  const values = headers.split('\r\n').filter((line) => line.startsWith(`${header}: `));
  return values
    .flatMap((line) => parseAddresses(line.slice(header.length + 2), { flatten: true }))
    .map(({ address }) => address);
}

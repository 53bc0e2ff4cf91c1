import MimeNode from 'nodemailer/lib/mime-node';
import { checkRecipient } from './check-recipient.js';

const recorded = { from: 'rollbook@sender.example', to: 'taro@corp.example' };

/** Returns a message as nodemailer could have built it, with its envelope and its To header. */
function built({
  from = recorded.from,
  to = [recorded.to],
  header = recorded.to,
}: {
  from?: string;
  to?: string[];
  header?: string | string[];
}) {
  const node = new MimeNode('text/plain').setHeader({ from, to: header });
  return node.setEnvelope({ from, to });
}

test.each([
  ['to the recorded address', {}],
  ['with a name that looks like an address', { header: '"evil@evil.example" <taro@corp.example>' }],
  ['with the domain in capitals', { to: ['taro@CORP.example'] }],
])('MAIL-8: a message passes %s', (_, message) => expect(checkRecipient(built(message), recorded)).toBeUndefined());

test.each([
  ['to another mailbox', { to: ['evil@evil.example'] }],
  ['to the local part in another case', { to: ['Taro@corp.example'] }],
  ['to somebody else beside', { to: [recorded.to, 'evil@evil.example'] }],
  ['without a recipient', { to: [] }],
  ['with another address in its To header', { header: 'evil@evil.example' }],
  ['with another address beside in its To header', { header: 'taro@corp.example, evil@evil.example' }],
  ['with a second To header', { header: ['taro@corp.example', 'taro@corp.example'] }],
  ['from another sender', { from: 'evil@evil.example' }],
])('MAIL-8: a message is refused %s', (_, message) =>
  expect(checkRecipient(built(message), recorded)).toMatchObject({ code: 'address.differs' }),
);

test('MAIL-8: the domain is compared after IDNA, in either form', () => {
  const to = 'jos\u00e9@b\u00fccher.example';
  expect(
    checkRecipient(built({ to: ['jos\u00e9@xn--bcher-kva.example'], header: to }), { ...recorded, to }),
  ).toBeUndefined();
});

import {
  BitString,
  Constructed,
  GeneralizedTime,
  Integer,
  ObjectIdentifier,
  OctetString,
  Primitive,
  Sequence,
  Set,
  UTCTime,
  Utf8String,
  fromBER,
  type BaseBlock,
} from 'asn1js';
import { X509Certificate, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A certificate and its private key, as PEM. */
export interface TlsIdentity {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Creates a key (EC P-256) and a self-signed certificate for `localhost`. The certificate does not expire (RFC 5280
 * §4.1.2.5): it is used only by the process that made it, and a wrong clock must not make it invalid.
 */
export function createTlsIdentity(): TlsIdentity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // RFC 5280 §4.1
  const body = sequence(
    tagged(0, new Integer({ value: 2 })),
    new Integer({ valueHex: Buffer.from([1, ...randomBytes(15)]) }),
    ecdsaWithSha256,
    localhost,
    sequence(
      new UTCTime({ valueDate: new Date('2000-01-01T00:00:00Z') }),
      new GeneralizedTime({ valueDate: new Date('9999-12-31T23:59:59Z') }),
    ),
    localhost,
    fromBER(publicKey.export({ type: 'spki', format: 'der' })).result,
    tagged(3, sequence(sequence(oid('2.5.29.17'), new OctetString({ valueHex: alternativeNames.toBER() })))),
  );
  const signature = sign('sha256', Buffer.from(body.toBER()), privateKey);
  const certificate = sequence(body, ecdsaWithSha256, new BitString({ valueHex: signature }));
  return {
    certificate: new X509Certificate(Buffer.from(certificate.toBER())).toString(),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const CONTEXT_SPECIFIC = 3;
const DNS_NAME = 2;
const COMMON_NAME = '2.5.4.3';

const sequence = (...value: BaseBlock[]): Sequence => new Sequence({ value });
const tagged = (tagNumber: number, value: BaseBlock): Constructed =>
  new Constructed({ idBlock: { tagClass: CONTEXT_SPECIFIC, tagNumber }, value: [value] });
const oid = (value: string): ObjectIdentifier => new ObjectIdentifier({ value });

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
const localhost = sequence(new Set({ value: [sequence(oid(COMMON_NAME), new Utf8String({ value: 'localhost' }))] }));
const alternativeNames = sequence(
  new Primitive({ idBlock: { tagClass: CONTEXT_SPECIFIC, tagNumber: DNS_NAME }, valueHex: Buffer.from('localhost') }),
);

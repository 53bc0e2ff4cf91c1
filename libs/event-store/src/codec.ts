import type { Actor, Envelope, Recorded, Subject } from '#libs/kernel';
import {
  actorKeyOwner,
  findSubjectKeyOwner,
  periodKeyName,
  subjectKeyOwner,
  type AnyEventFormat,
} from './key-owners.js';
import { currentSchema, splitPersonal, upcast } from './event-format.js';
import { hashForOwner, isKnownFormat, seal, unseal, type BoxName, type BoxBinding, type SealedBox } from './sealing.js';

export type { AnyEventFormat } from './key-owners.js';

/** The encryption keys of the owners of personal data, and those of accounts and months, see {@link periodKeyName}. */
export interface KeyRing {
  /** Returns the owner's key; creates it and stores it durably if there is none. Throws for an erased owner. */
  findOrCreateKey(owner: string): Promise<Buffer>;
  /** Returns the keys of several owners. */
  findKeys(owners: Iterable<string>): Promise<OwnedKeys>;
  /** Returns an opaque name of the owner, always the same, which {@link findKeys} understands as well once the owner has a key. */
  hideOwner(owner: string): string;
}

/** Keys by owner: 'erased' if the key was destroyed on purpose, undefined if the owner is unknown. */
export interface OwnedKeys {
  get(owner: string): Buffer | 'erased' | undefined;
}

/** An event to append; the codec sets its schema. */
export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: object;
  readonly envelope: Envelope;
}

/** An event as stored: public data as JSON, personal data encrypted in the metadata. */
export interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Record<string, unknown>;
  readonly metadata: Metadata;
}

/** The envelope as stored; `$correlationId` and `$causationId` are EventStoreDB's own names. */
export type Metadata = {
  readonly $correlationId: string;
  readonly $causationId: string;
  readonly actor: Actor;
  readonly via?: string;
  readonly subject: Subject;
  readonly account?: string;
  readonly at: string;
  readonly schema: number;
  /** Of events of earlier builds; today it is sealed. */
  readonly digest?: string;
  readonly sealed?: { readonly [Name in BoxName]?: SealedBox };
  /** Of a stored event; see authentication.ts. */
  readonly generation?: number;
  readonly previous?: number;
  readonly mac?: string;
};

/** An event can't be decoded. Projections must stop at it: skipping it would make them wrong. */
export class UnreadableEvent extends Error {
  constructor(
    readonly event: Omit<Recorded, 'data' | 'envelope'>,
    readonly reason: string,
  ) {
    super(`${event.type} in ${event.stream}@${event.revision}: ${reason}`);
    this.name = 'UnreadableEvent';
  }
}

interface SealedContents {
  readonly subject: {
    readonly data?: object;
    readonly reason?: string;
    readonly ip?: string;
    readonly digest?: string;
  };
  readonly actor: { readonly ip?: string; readonly reason?: string; readonly digest?: string };
  readonly period: { readonly ip?: string };
}

/** Encodes events for the store and decodes them: encrypts personal data, upcasts old schemas. */
export class Codec {
  constructor(
    private readonly catalogue: Readonly<Record<string, AnyEventFormat>>,
    private readonly keys: KeyRing,
  ) {}

  /**
   * Returns the id that the event's stored id is derived from. It depends on the digest of the request, so that the same
   * command with another body is no repetition, but under the key that seals the digest: else the id would tell for ever
   * whether a guessed body is right.
   */
  async toRequestBoundId({ id, type, data, envelope }: ProposedEvent): Promise<string> {
    const format = this.catalogue[type];
    if (!format || !envelope.digest) return id;
    const owner = findSubjectKeyOwner(format, data, envelope) ?? actorKeyOwner(envelope);
    return hashForOwner(JSON.stringify([id, envelope.digest]), await this.keys.findOrCreateKey(owner));
  }

  /**
   * Encrypts an event's personal data and the digest of the request, and returns the event as stored.
   * @param stream without the namespace
   * @throws Error if no catalogue has the type, or no owner's key fits the personal data
   */
  async encode(stream: string, { id, type, data, envelope }: ProposedEvent): Promise<StoredEvent> {
    const format = this.catalogue[type];
    if (!format) throw new Error(`event type ${type} is in no catalogue`);
    const { clear, personal } = splitPersonal(format, data);
    const { reason, ip, digest, correlationId, causationId, ...rest } = envelope;
    const ipBox = ip && findIpBox(format, envelope);
    const period = ipBox === 'period' ? periodKeyName(envelope) : undefined;
    // Nothing is kept of a month whose key was destroyed. An event gets there if the clock was set back.
    const isPeriodOver = period !== undefined && (await this.keys.findKeys([period])).get(period) === 'erased';
    // An access token of the whole installation has no key: why and by which request it is ended is sealed for the actor.
    const hasSubjectKey = findSubjectKeyOwner(format, data, envelope) !== undefined;
    const command = { ...(reason && { reason }), ...(digest && { digest }) };
    const contents: SealedContents = {
      subject: {
        ...(personal && { data: personal }),
        ...(reason && hasSubjectKey && { reason }),
        ...(ipBox === 'subject' && { ip }),
        ...(digest && hasSubjectKey && { digest }),
      },
      actor: { ...(ipBox === 'actor' && { ip }), ...(!hasSubjectKey && command) },
      period: { ...(period && !isPeriodOver && { ip }) },
    };
    const place = { stream, id, type };
    const subjectOwner = () => subjectKeyOwner(format, data, envelope);
    const sealed = {
      ...(await this.sealBox('subject', contents, subjectOwner, place, { isHidden: format.hidesOwner })),
      ...(await this.sealBox('actor', contents, () => actorKeyOwner(envelope), place)),
      ...(await this.sealBox('period', contents, subjectOwner, place, { period, isHidden: format.hidesOwner })),
    };
    const metadata: Metadata = {
      $correlationId: correlationId,
      $causationId: causationId,
      ...rest,
      schema: currentSchema(format),
      ...(Object.keys(sealed).length > 0 && { sealed }),
    };
    return { id, type, data: clear, metadata };
  }

  /** Returns the keys that these events need. */
  findKeys(events: readonly StoredEvent[]): Promise<OwnedKeys> {
    const boxes = events.flatMap(({ metadata }) => Object.values(metadata.sealed ?? {}));
    return this.keys.findKeys(new Set(boxes.flatMap(({ owner, period }) => (period ? [owner, period] : [owner]))));
  }

  /**
   * Decrypts and upcasts a stored event. An event whose owner was erased has no personal data and `erased: true`.
   * @param keys what {@link findKeys} returned for this event
   * @throws UnreadableEvent for an unknown type or key, a newer schema or box format, or a box that can't be decrypted
   */
  decode(stored: StoredEvent, place: Pick<Recorded, 'stream' | 'revision' | 'position'>, keys: OwnedKeys): Recorded {
    const event = { id: stored.id, type: stored.type, ...place };
    try {
      return this.decodeContents(stored, event, keys);
    } catch (error) {
      throw new UnreadableEvent(event, error instanceof Error ? error.message : String(error));
    }
  }

  private decodeContents(stored: StoredEvent, event: Omit<Recorded, 'data' | 'envelope'>, keys: OwnedKeys): Recorded {
    const format = this.catalogue[stored.type];
    if (!format) throw new Error('its type is in no catalogue');
    const {
      $correlationId,
      $causationId,
      sealed,
      schema,
      generation: _,
      previous: __,
      mac: ___,
      ...rest
    } = stored.metadata;
    const subject = openBox('subject', sealed, event, keys);
    const actor = openBox('actor', sealed, event, keys);
    const period = openBox('period', sealed, event, keys);
    const { data, ...about } = subject === 'erased' ? {} : subject;
    return {
      ...event,
      data: upcast(format, schema, { ...stored.data, ...data }),
      envelope: {
        correlationId: $correlationId,
        causationId: $causationId,
        ...rest,
        ...about,
        ...(actor !== 'erased' && actor),
        ...(period !== 'erased' && period),
        schema: currentSchema(format),
      },
      ...((subject === 'erased' || period === 'erased') && { erased: true }),
    };
  }

  private async sealBox(
    name: BoxName,
    contents: SealedContents,
    owner: () => string,
    place: BoxBinding,
    { period, isHidden = false }: { period?: string | undefined; isHidden?: boolean | undefined } = {},
  ): Promise<{ [Name in BoxName]?: SealedBox }> {
    if (Object.keys(contents[name]).length === 0) return {};
    const key = await this.keys.findOrCreateKey(owner());
    const periodKey = period && (await this.keys.findOrCreateKey(period));
    const box = seal(contents[name], key, place, name, periodKey || undefined);
    const ownerName = isHidden ? this.keys.hideOwner(owner()) : owner();
    return { [name]: { owner: ownerName, ...(period && { period }), ...box } };
  }
}

/** Returns the contents of a box; nothing if the key of its month was destroyed, 'erased' if that of its owner was. */
function openBox<Name extends BoxName>(
  name: Name,
  sealed: Metadata['sealed'],
  place: BoxBinding,
  keys: OwnedKeys,
): SealedContents[Name] | 'erased' {
  const box = sealed?.[name];
  if (!box) return {};
  if (!isKnownFormat(box)) throw new Error(`the format ${box.format} of its ${name} box is of a newer build`);
  const key = keys.get(box.owner);
  if (key === 'erased') return 'erased';
  if (!key) throw new Error(`the vault has no key of ${box.owner}`);
  const periodKey = box.period === undefined ? undefined : keys.get(box.period);
  if (periodKey === 'erased') return {};
  if (box.period !== undefined && !periodKey) throw new Error(`the vault has no key of ${box.period}`);
  try {
    return unseal(box, key, place, name, periodKey);
  } catch {
    throw new Error(`its ${name} box does not open with the key of ${box.owner}`);
  }
}

/** Returns the box in which an event's IP address is sealed. */
function findIpBox({ ip }: AnyEventFormat, { actor }: Envelope): BoxName {
  if (ip === 'period') return 'period';
  // The system has no key: its events are encrypted with the subject's.
  return actor.kind === 'system' ? 'subject' : 'actor';
}

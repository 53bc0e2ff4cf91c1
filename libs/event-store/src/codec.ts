import type { Actor, Envelope, EventFormat, Recorded, Subject } from '#libs/kernel';
import { seal, unseal, type BoxName, type BoxPlace, type SealedBox } from './sealing.js';

// oxlint-disable-next-line typescript/no-explicit-any -- the erased form: which data belongs to a type, the catalogues have checked
export type AnyEventFormat = EventFormat<any>;

/** Where the keys of people come from. */
export interface KeyRing {
  /** The owner's key, durable before the promise resolves. Throws for an erased owner. */
  findOrCreateKey(owner: string): Promise<Buffer>;
  /** 'erased' = destroyed on purpose; undefined = never heard of. */
  findKey(owner: string): Buffer | 'erased' | undefined;
}

/** An event to append; its schema is set on the way. */
export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: object;
  readonly envelope: Envelope;
}

/** An event as the store keeps it: JSON in clear, the sealed rest in its metadata. */
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
  readonly digest?: string;
  readonly sealed?: { readonly [Name in BoxName]?: SealedBox };
};

/** An event that can't be read: an incident, for whoever follows the log must not go past it. */
export class UnreadableEvent extends Error {
  constructor(
    readonly event: Omit<Recorded, 'data' | 'envelope'>,
    readonly reason: string,
  ) {
    super(`${event.type} in ${event.stream}@${event.revision}: ${reason}`);
    this.name = 'UnreadableEvent';
  }
}

interface Contents {
  readonly subject: { readonly data?: object; readonly reason?: string; readonly ip?: string };
  readonly actor: { readonly ip?: string };
}

/** From events to what the store keeps and back: sealing personal data, lifting old schemas. */
export class Codec {
  constructor(
    private readonly catalogue: Readonly<Record<string, AnyEventFormat>>,
    private readonly keys: KeyRing,
  ) {}

  /**
   * @param stream without the namespace
   * @throws Error for a type that is not in the catalogue, or a box that would be nobody's
   */
  async encode(stream: string, { id, type, data, envelope }: ProposedEvent): Promise<StoredEvent> {
    const format = this.catalogue[type];
    if (!format) throw new Error(`event type ${type} is in no catalogue`);
    const { clear, personal } = split(format, data);
    const { reason, ip, correlationId, causationId, ...rest } = envelope;
    // Where nobody in particular acts, the subject's key is the only one there is.
    const ipOfSubject = format.ip === 'subject' || envelope.actor.kind === 'system';
    const contents: Contents = {
      subject: { ...(personal && { data: personal }), ...(reason && { reason }), ...(ip && ipOfSubject && { ip }) },
      actor: { ...(ip && !ipOfSubject && { ip }) },
    };
    const place = { stream, id, type };
    const sealed = {
      ...(await this.sealBox('subject', contents, () => subjectOwner(format, data, envelope), place)),
      ...(await this.sealBox('actor', contents, () => `${envelope.actor.kind}:${envelope.actor.id}`, place)),
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

  /** Throws {@link UnreadableEvent}: unknown type, newer schema, unknown key, a box that does not open. */
  decode(stored: StoredEvent, place: Pick<Recorded, 'stream' | 'revision' | 'position'>): Recorded {
    const event = { id: stored.id, type: stored.type, ...place };
    try {
      return this.open(stored, event);
    } catch (error) {
      throw new UnreadableEvent(event, error instanceof Error ? error.message : String(error));
    }
  }

  private open(stored: StoredEvent, event: Omit<Recorded, 'data' | 'envelope'>): Recorded {
    const format = this.catalogue[stored.type];
    if (!format) throw new Error('its type is in no catalogue');
    const { $correlationId, $causationId, sealed, schema, ...rest } = stored.metadata;
    const subject = this.openBox('subject', sealed, event);
    const actor = this.openBox('actor', sealed, event);
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
        schema: currentSchema(format),
      },
      ...(subject === 'erased' && { erased: true }),
    };
  }

  private async sealBox(
    name: BoxName,
    contents: Contents,
    owner: () => string,
    place: BoxPlace,
  ): Promise<{ [Name in BoxName]?: SealedBox }> {
    if (Object.keys(contents[name]).length === 0) return {};
    const key = await this.keys.findOrCreateKey(owner());
    return { [name]: { owner: owner(), box: seal(contents[name], key, place, name) } };
  }

  private openBox<Name extends BoxName>(
    name: Name,
    sealed: Metadata['sealed'],
    place: BoxPlace,
  ): Contents[Name] | 'erased' {
    const box = sealed?.[name];
    if (!box) return {};
    const key = this.keys.findKey(box.owner);
    if (key === 'erased') return 'erased';
    if (!key) throw new Error(`the vault has no key of ${box.owner}`);
    try {
      return unseal(box.box, key, place, name);
    } catch {
      throw new Error(`its ${name} box does not open with the key of ${box.owner}`);
    }
  }
}

const currentSchema = (format: AnyEventFormat): number => (format.upcasters?.length ?? 0) + 1;

function split(format: AnyEventFormat, data: object): { clear: Record<string, unknown>; personal?: object } {
  const isPersonal = new Set<string>(format.personal);
  const fields = Object.entries(data).filter(([, value]) => value !== undefined);
  const personal = fields.filter(([name]) => isPersonal.has(name));
  return {
    clear: Object.fromEntries(fields.filter(([name]) => !isPersonal.has(name))),
    ...(personal.length > 0 && { personal: Object.fromEntries(personal) }),
  };
}

function subjectOwner(format: AnyEventFormat, data: object, envelope: Envelope): string {
  if (format.sealedFor) return format.sealedFor(data, envelope);
  const { subject, account } = envelope;
  if (subject.kind === 'user' || subject.kind === 'account') return `${subject.kind}:${subject.id}`;
  if (!account) throw new Error(`nobody's key seals this: ${subject.kind} ${subject.id} belongs to no account`);
  return `account:${account}`;
}

function upcast(format: AnyEventFormat, schema: number, data: object): object {
  const upcasters = format.upcasters ?? [];
  if (schema > upcasters.length + 1) throw new Error(`its schema ${schema} is of a newer build`);
  return upcasters.slice(schema - 1).reduce((older, lift) => lift(older), data);
}

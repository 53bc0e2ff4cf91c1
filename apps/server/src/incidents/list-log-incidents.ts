import type { EventStore } from '#libs/event-store';
import { Query, Refusal, type Recorded } from '#libs/kernel';
import type { Vault } from '#libs/vault';
import { installationStream } from '../installation-stream.js';
import { acceptanceOf, acknowledgementOf } from '../operator-events.js';
import { toPrintableName, toPrintableText } from '../printable.js';

/** How an operator has dealt with an incident. */
interface Acknowledgement {
  /** When, UTC. */
  readonly at: string;
  /** The id of the operator or service; `null`: somebody with access to the server's machine. */
  readonly actorId: string | null;
  readonly reason: string | null;
}

/** A change of the log from outside Rollbook. */
interface LogIncident {
  /**
   * `foreign`: somebody else has appended events; they are passed over. `tampered`: authentic events were altered or removed;
   * commands on the stream are refused until an operator has accepted it (`npm run log:accept`). `changed`: the stream was
   * deleted or its metadata were changed; it counts as tampered. More kinds may be added.
   */
  readonly kind: 'foreign' | 'tampered' | 'changed';
  /** The name of the stream, at most 100 characters; unusual ones are replaced by `?`. */
  readonly stream: string;
  /** The first revision that is meant; `null`: the whole stream. */
  readonly firstRevision: number | null;
  /** The last revision that is meant; `null`: the whole stream. */
  readonly lastRevision: number | null;
  /** The position of the newest event; `null`: not known. */
  readonly position: number | null;
  /** The type of the newest foreign event as its author has chosen it, at most 100 characters; unprintable ones are replaced by `?`. */
  readonly type: string | null;
  /** When it was found first, UTC; `null`: not known. */
  readonly firstSeenAt: string | null;
  /** Why the stream is tampered, for operators. */
  readonly problem: string | null;
  /** `null`: no operator has acknowledged or accepted it. */
  readonly acknowledged: Acknowledgement | null;
}

/** What was changed in the log from outside. */
interface LogIncidents {
  /** At most 1,000. Tampered streams that were met since the start of the server come first, then the newest. */
  readonly items: readonly LogIncident[];
  /** How many incidents there are, listed or not. */
  readonly total: number;
  /** The position up to which the log is checked, to be sent as `until` with an acknowledgement. */
  readonly checkedUntil: number;
}

/** Lists what was changed in the log from outside Rollbook. */
export class ListLogIncidents extends Query<ListLogIncidents, LogIncidents> {}

/** How many incidents are listed; constant. */
const maxListed = 1_000;

const unknown = { firstRevision: null, lastRevision: null, position: null, type: null, firstSeenAt: null };

/** Lists the incidents. Throws `access.forbidden` for a caller who is confined to an account. */
export async function listLogIncidents(
  { store, vault }: { readonly store: EventStore; readonly vault: Vault },
  { context }: ListLogIncidents,
): Promise<LogIncidents> {
  checkUnconfined(context.account);
  const { witness } = vault;
  const checkedUntil = witness.position;
  const decisions = await Array.fromAsync(store.read(installationStream));
  const met = store.tampered.list(Infinity).filter(({ stream }) => !witness.isChanged(stream));
  const accepted = decisions.filter((event) => acceptanceOf(event) !== undefined);
  const witnessed = witness.listIncidents(Infinity);
  const items: LogIncident[] = [
    ...met.map(({ stream, reason, at }) => toTampered(stream, { problem: reason, firstSeenAt: at })),
    ...[
      ...accepted.map((event) => ({ sortedBy: event.position, item: toAccepted(event) })),
      ...witnessed.map(({ stream, first, last, position, type, firstSeenAt, isAcknowledged }) => ({
        sortedBy: position ?? -1,
        item: {
          kind: first === undefined ? ('changed' as const) : ('foreign' as const),
          stream: toPrintableName(stream),
          firstRevision: first ?? null,
          lastRevision: last ?? null,
          position: position ?? null,
          type: type === undefined ? null : toPrintableText(type),
          firstSeenAt: firstSeenAt ?? null,
          problem: first === undefined ? 'it was deleted or its metadata were changed' : null,
          acknowledged: isAcknowledged ? findAcknowledgement(decisions, { stream, last, position }) : null,
        },
      })),
    ]
      .toSorted((one, other) => other.sortedBy - one.sortedBy)
      .map(({ item }) => item),
  ];
  return { items: items.slice(0, maxListed), total: items.length, checkedUntil };
}

const toTampered = (stream: string, known: Partial<LogIncident>): LogIncident => ({
  ...unknown,
  kind: 'tampered',
  stream: toPrintableName(stream),
  problem: null,
  acknowledged: null,
  ...known,
});

function toAccepted(event: Recorded): LogIncident {
  const { stream, revision, problem } = acceptanceOf(event)!;
  return toTampered(stream, {
    problem,
    firstRevision: 0,
    lastRevision: revision,
    acknowledged: toAcknowledgement(event),
  });
}

/** Returns the first acknowledgement of an incident, or the acceptance of its stream. */
function findAcknowledgement(
  decisions: readonly Recorded[],
  { stream, last = Infinity, position = 0 }: { stream: string; last: number | undefined; position: number | undefined },
): Acknowledgement | null {
  const found = decisions.find((event) => {
    const acceptance = acceptanceOf(event);
    const until = acknowledgementOf(event)?.position ?? -Infinity;
    return until >= position || (acceptance?.stream === stream && acceptance.revision >= last);
  });
  return found ? toAcknowledgement(found) : null;
}

const toAcknowledgement = ({ envelope: { at, actor, reason } }: Recorded): Acknowledgement => ({
  at,
  actorId: actor.kind === 'system' ? null : actor.id,
  reason: reason ?? null,
});

/** Checks that the caller is not confined to an account: the log belongs to the whole installation. */
export function checkUnconfined(account: string | undefined): void {
  if (account) throw new Refusal('access.forbidden', 'forbidden', 'A token that names an account manages no log.');
}

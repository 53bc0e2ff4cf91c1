import { LogCheck, toRevisionRanges, type LogReport, type RevisionRange } from '#libs/event-store';
import type { Vault } from '#libs/vault';
import { describeStreamState } from './describe-stream-state.js';
import { examineStream, findProblem, type Acceptable, type StreamAtRevision } from './examine-stream.js';
import type { Installation } from './installation.js';
import { appendToInstallation, installationStream } from './installation-stream.js';
import { saveAcceptance, type Acceptance } from './operator-events.js';

type Log = Pick<Installation, 'store' | 'vault'>;

/** What an acceptance of a tampered stream would do. */
export interface Proposal {
  /** What the operator has to know before. */
  readonly lines: readonly string[];
  /** Whether authentic events are lost, so that read models have to be built again. */
  readonly losesEvents: boolean;
  /** Accepts the stream, by an event and in the vault. */
  accept(reason: string): Promise<void>;
}

/**
 * Takes the stream of the installation as accepted while the log is opened, which needs that stream. Nothing is saved.
 * Returns what can be accepted of it, for {@link proposeAcceptance}.
 */
export async function proposeInstallationStream(
  log: Log,
  target: StreamAtRevision,
): Promise<Awaited<ReturnType<typeof examineStream>>> {
  const examined = await examineStream(log, target);
  if (examined.acceptable) log.vault.witness.proposeAccepted(installationStream, examined.acceptable);
  return examined;
}

/**
 * Finds out what the acceptance of a tampered stream would do. Reads the whole log. Returns 'accepted' if an operator has
 * accepted the stream at this revision.
 * @param options.examined what {@link proposeInstallationStream} has returned
 * @throws Error of one line if the stream can not be accepted: it is not tampered, it ends at another revision, its events
 * make no state, or the end of the log is missing
 */
export async function proposeAcceptance(
  log: Log,
  target: StreamAtRevision,
  options: {
    readonly namespace: string;
    readonly examined?: Awaited<ReturnType<typeof examineStream>> | undefined;
    readonly show: (report: LogCheck) => void;
  },
): Promise<Proposal | 'accepted'> {
  const { store, vault } = log;
  const { stream, revision } = target;
  const saved = vault.witness.findAccepted(stream);
  if (saved?.revision === revision && saved.position < Infinity && (await findProblem(store, stream)) === undefined)
    return 'accepted';
  const { last, acceptable } = options.examined ?? (await examineStream(log, target));
  if (!acceptable) throw new Error(`${stream} is not tampered: there is nothing to accept.`);
  if (last !== revision)
    throw new Error(`${stream} ends at revision ${last}, not ${revision}: look at it again before you accept it.`);
  vault.witness.proposeAccepted(stream, acceptable);
  const report = await checkLog(log, options.namespace, options.show);
  const { witness } = vault;
  if (report.witnessed.position !== witness.position)
    throw new Error(
      'The log does not hold its last event that this installation has seen: run npm run log:accept-restore first if an operator has restored the log, or restore a backup.',
    );
  const lines = [
    ...describeAcceptable(stream, acceptable),
    ...describeState(await describeStreamState(store, stream)),
    ...describeLog(report, vault, countLost(acceptable, stream, vault)),
  ];
  const losesEvents = !report.digestAgrees;
  const { position, events, digest, lastEvent } = report.witnessed;
  const acceptance: Acceptance = {
    stream,
    revision,
    events: acceptable.events.map(([first, final]) => ({ first, last: final })),
    problem: acceptable.problem,
    ...(losesEvents && { log: { position, events, digest, lastEvent } }),
  };
  return { lines, losesEvents, accept: (reason) => accept(log, acceptance, reason) };
}

/** Accepts a stream. The next start saves in the vault what an interruption after the event has left out. */
async function accept({ store, vault }: Log, acceptance: Acceptance, reason: string): Promise<void> {
  const event = { type: 'TamperedStreamAccepted', data: acceptance } as const;
  const { position } = await appendToInstallation(store, vault, event, { reason });
  await saveAcceptance(vault, acceptance, position);
}

/** Checks the whole log, in which the stream counts as accepted. */
async function checkLog({ store, vault }: Log, namespace: string, show: (check: LogCheck) => void): Promise<LogReport> {
  const { witness, authentication: keys } = vault;
  const check = new LogCheck({ namespace, keys, witness });
  for await (const event of store.readRawLog()) {
    check.add(event);
    show(check);
  }
  return check.finish(witness.changedStreams);
}

function describeAcceptable(stream: string, { revision, events, problem, unauthentic, missing }: Acceptable): string[] {
  const count = events.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  return [
    `${stream}@${revision} is tampered: ${problem}.`,
    count > 0
      ? `Its authentic events that are accepted: ${count} (${toText(events)}).`
      : 'It has no authentic event: it is accepted as a stream without events.',
    ...(unauthentic.length > 0
      ? [
          `Altered or foreign events that are passed over: ${unauthentic.length} (${toText(toRevisionRanges(unauthentic))}).`,
        ]
      : []),
    ...(missing.length > 0
      ? [`Events that are missing: ${missing.length} (${toText(toRevisionRanges(missing))}).`]
      : []),
  ];
}

const describeState = (state: string | undefined): string[] =>
  state === undefined ? [] : [`Its state after that: ${state}.`];

/** Returns how many authentic events a stream lacks at most. */
const countLost = ({ missing, unauthentic }: Acceptable, stream: string, { witness }: Vault): number =>
  missing.length + unauthentic.filter((revision) => !witness.isForeign(stream, revision)).length;

function describeLog(
  { digestAgrees, tampered, witnessed }: LogReport,
  { witness: { state } }: Vault,
  lostHere: number,
): string[] {
  const others =
    tampered.size > 0 ? [`Other streams that are tampered, and stay so: ${tampered.size} (npm run log:verify).`] : [];
  if (digestAgrees) return [...others, 'The log has all authentic events that this installation has seen.'];
  const lost = state.events - witnessed.events;
  const elsewhere = lost > lostHere ? ` At least ${lost - lostHere} of the lost events were in other streams.` : '';
  return [
    ...others,
    `Up to position ${state.position}, this installation has seen ${state.events} authentic events, and ${witnessed.events} are left in the whole log.${elsewhere} The log is accepted as it is now, also where an event is missing at the end of another stream or the order was changed.`,
  ];
}

const maxShownRanges = 20;

/** Returns ranges as text, like "revision 4" or "revisions 0 to 3, 5". */
function toText(ranges: readonly RevisionRange[]): string {
  const shown = ranges
    .slice(0, maxShownRanges)
    .map(([first, last]) => (first === last ? first : `${first} to ${last}`));
  const noun = shown.length === 1 && typeof shown[0] === 'number' ? 'revision' : 'revisions';
  return `${noun} ${shown.join(', ')}${ranges.length > maxShownRanges ? ' and more' : ''}`;
}

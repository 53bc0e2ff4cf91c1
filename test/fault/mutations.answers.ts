import { TokenAuthenticator } from '#libs/access';
import { UnreadableEvent, type EventStore } from '#libs/event-store';
import type { Recorded } from '#libs/kernel';
import { LoginDecider, UserDecider, findUserByAddress } from '#libs/users';
import type { Vault } from '#libs/vault';
import { Sessions } from '../../libs/access/src/workflows/sessions.js';
import { openInstallation, type Installation } from '../../apps/server/src/installation.js';
import { toErrorText } from '../../apps/server/src/error-text.js';
import { verifyLog } from '../../apps/server/src/verify-log.js';
import { configFor } from '../support/backup.js';
import type { RecordedInstallation } from './mutations.installation.js';

/** An event without its position, which no MAC covers. */
export type Told = Omit<Recorded, 'position'>;

/** An answer: what was asked for, or why there is none. */
export type Answer = { readonly is: unknown } | { readonly refused: string };

/** The answers of an installation, by question. */
export interface Answers {
  /** Why the start was refused. Then there are no other answers. */
  readonly startRefused?: string;
  /** The events of each stream, in order, read from its beginning (`forwards`) and from its end. */
  readonly streams: ReadonlyMap<string, Answer>;
  /** What is decided about callers: tokens, sessions, passwords, addresses, failed logins, the checkpoint of the mails. */
  readonly decisions: ReadonlyMap<string, Answer>;
  /** All events in the order of the log, as read models get them; up to the first unreadable one. */
  readonly log: readonly Told[];
  readonly logEndsEarly: boolean;
  /** What `log:verify` prints; absent if it was not run. */
  readonly findings?: readonly string[];
}

function toTold(event: Recorded): Told {
  const { position: _, ...told } = event;
  return told;
}

/** Returns a value as JSON has it; sets as arrays. */
const toPlain = (value: unknown): unknown =>
  value === undefined
    ? null
    : JSON.parse(JSON.stringify(value, (_, part: unknown) => (part instanceof Set ? [...part] : part)));

/** Returns what a question resolves to, or the code of a refusal. Other errors are answers with status 500. */
async function ask(question: () => Promise<unknown>): Promise<Answer> {
  try {
    return { is: toPlain(await question()) };
  } catch (error) {
    if (error instanceof UnreadableEvent) return { refused: 'unreadable' };
    return { refused: (error as { code?: string }).code ?? `${(error as Error).name}: ${(error as Error).message}` };
  }
}

/** The questions about an installation. */
export interface Questions {
  readonly recorded: RecordedInstallation;
  /** The streams to read, without the namespace. */
  readonly streams: readonly string[];
  /** Whether `log:verify` is run after these answers. */
  readonly verifiesAfter: (answers: Answers) => boolean;
}

/** Opens an installation as a start does, and asks everything. Its event store is at `url`, its vault in `directory`. */
export async function askEverything(
  url: string,
  directory: string,
  { recorded, streams, verifiesAfter }: Questions,
): Promise<Answers> {
  const config = configFor(directory, { EVENTSTORE_URL: url, EVENTSTORE_NAMESPACE: 'rollbook', DATABASE_URL: '' });
  let installation: Installation;
  try {
    installation = await openInstallation(config, url, { create: false });
  } catch (error) {
    return { startRefused: toErrorText(error), streams: new Map(), decisions: new Map(), log: [], logEndsEarly: false };
  }
  const { store, vault } = installation;
  try {
    const [read, decisions, log] = await Promise.all([
      readStreams(store, streams),
      decide(installation, recorded),
      readLog(store),
    ]);
    const answers = { streams: read, decisions, ...log };
    if (!verifiesAfter(answers)) return answers;
    return { ...answers, findings: (await verifyLog(installation, 'rollbook')).lines };
  } finally {
    await store.close();
    await vault.close();
  }
}

async function readStreams(store: EventStore, streams: readonly string[]): Promise<Map<string, Answer>> {
  const readTold = async (stream: string, backwards: boolean) =>
    (await Array.fromAsync(store.read(stream, { backwards }))).map(toTold);
  const reads = streams.flatMap((stream) => [
    [`${stream} forwards`, () => readTold(stream, false)] as const,
    [`${stream} backwards`, async () => (await readTold(stream, true)).toReversed()] as const,
  ]);
  return askAll(reads);
}

const askAll = async (questions: readonly (readonly [string, () => Promise<unknown>])[]) =>
  new Map(await Promise.all(questions.map(async ([name, question]) => [name, await ask(question)] as const)));

/** Asks what is decided about callers and mails. */
function decide({ store, vault }: Installation, { tokens, sessions, people }: RecordedInstallation) {
  const now = () => new Date();
  const authenticator = new TokenAuthenticator(store, vault, now, { record: () => {} });
  const limits = { idle: 86_400_000, total: 86_400_000, authentication: 60_000 };
  const started = new Sessions(vault.sessions, authenticator, limits, now);
  const none = 'none' as const;
  return askAll([
    ...tokens.map(
      (token, nth) =>
        [`token ${nth}`, async () => (await authenticator.findPrincipal(token, 'fresh')) ?? none] as const,
    ),
    ...sessions.map(
      (secret, nth) => [`session ${nth}`, async () => (await started.findPrincipal(secret, 'fresh')) ?? none] as const,
    ),
    ...people.flatMap(({ id, email }) => [
      [`access of ${id}`, async () => (await authenticator.loadUserAccess(id, 'fresh')) ?? none] as const,
      [`address of ${id}`, async () => (await findUserByAddress({ store, vault }, email))?.id ?? none] as const,
      [`password of ${id}`, async () => findPassword(store, vault, id)] as const,
      [`failed logins of ${id}`, async () => (await store.load(LoginDecider, id)).state] as const,
    ]),
    ['checkpoint of the mails', async () => vault.outbox.findCheckpoint()] as const,
  ]);
}

/** Returns the hash of the password that the user's stream names. */
async function findPassword(store: EventStore, vault: Vault, id: string): Promise<string> {
  const { state } = await store.load(UserDecider, id);
  const command = state.status === 'absent' ? undefined : state.password;
  return (command && (await vault.passwords.find(id, command))) ?? 'none';
}

async function readLog(store: EventStore): Promise<Pick<Answers, 'log' | 'logEndsEarly'>> {
  const log: Told[] = [];
  try {
    for await (const event of store.readAll()) log.push(toTold(event));
    return { log, logEndsEarly: false };
  } catch (error) {
    if (error instanceof UnreadableEvent) return { log, logEndsEarly: true };
    throw error;
  }
}

import { isDeepStrictEqual } from 'node:util';
import type { Answer, Answers, Told } from './mutations.answers.js';
import type { LogChange } from './mutations.log.js';
import type { VaultTable } from './mutations.vault.js';

/** What a change from outside may do to an answer: the closed list of docs/attacks.md. */
export type Effect =
  /** Commands and replays are refused with `log.tampered`. */
  | 'tampered'
  /** A token, session, password or address counts as absent. */
  | 'right absent'
  /** The state of a stream is that before its newest events. So a lock or the end of a token can be undone. */
  | 'earlier state'
  /** Read models that are built again lack events. */
  | 'log lacks events'
  /** Read models that are built again, and the audit, have another order. */
  | 'other order'
  /** An event has another position. It decides whether a token that recorded no revision has ended with the sessions of its user. */
  | 'other position'
  /** Personal data cannot be read: requests answer 500, read models that are built again stop. */
  | 'unreadable'
  /** Personal data look erased. */
  | 'erased'
  /** No further mails are queued. */
  | 'mails stop';

const altered: readonly Effect[] = ['tampered', 'right absent', 'log lacks events'];
const removed: readonly Effect[] = [...altered, 'earlier state'];
const moved: readonly Effect[] = [...removed, 'other order', 'other position'];

/** The effects that a change of a log may have, besides a refused start; of a change that is missing: those of an alteration. */
const effectsOfLogChange: Partial<Record<LogChange, readonly Effect[]>> = {
  'alter the position': [...altered, 'other position'],
  'exchange two events': [...altered, 'other order', 'other position'],
  'exchange the positions of two events': moved,
  'remove an event': removed,
  'remove an event and close the gap': [...removed, 'other position'],
  'move an event to another namespace': removed,
  'move an event to another stream': removed,
  'move the events of a stream to another namespace': removed,
  'cut off the end': removed,
  'append a copy of an event': [],
  'append a forged event': [],
  'begin a stream with a copy of an event': [],
  'alter the column of the type': [],
};

/**
 * Returns the effects that a change of a log may have, besides a refused start.
 * @param isWitnessed whether the witness has seen the changed events. Others count as removed
 */
export function effectsOf(change: LogChange, isWitnessed: boolean): readonly Effect[] {
  const effects = effectsOfLogChange[change] ?? altered;
  return isWitnessed || effects.length === 0 ? effects : [...effects, ...removed];
}

/** The effects that a change of a table of the vault may have, besides a refused start. */
export const effectsOfTable: Record<VaultTable, readonly Effect[]> = {
  secret: [],
  owner_key: ['unreadable', 'erased', 'right absent'],
  token: ['right absent'],
  password: ['right absent'],
  session: ['right absent'],
  process: ['mails stop'],
  foreign_range: [],
  changed_stream: [],
};

/** An answer differs in a way that no effect explains. */
class UnexplainedAnswer extends Error {}

/** Returns the effects that explain how answers differ from those before the change. Throws `UnexplainedAnswer`. */
export function explain(before: Answers, after: Answers): Set<Effect> {
  const effects = new Set<Effect>();
  for (const [stream, answer] of after.streams)
    addAll(effects, explainStream(stream, before.streams.get(stream)!, answer));
  for (const [name, answer] of after.decisions) {
    const was = before.decisions.get(name)!;
    if (!isDeepStrictEqual(was, answer)) addAll(effects, explainDecision(name, was, answer, effects));
  }
  addAll(effects, explainLog(before.log, after));
  return effects;
}

const addAll = (effects: Set<Effect>, more: readonly Effect[]) => more.forEach((effect) => effects.add(effect));

function explainStream(stream: string, was: Answer, answer: Answer): Effect[] {
  if (isDeepStrictEqual(was, answer)) return [];
  if ('refused' in answer) {
    if (answer.refused === 'log.tampered') return ['tampered'];
    if (answer.refused === 'unreadable') return ['unreadable'];
  } else {
    const [events, those] = [answer.is as Told[], ('is' in was ? was.is : []) as Told[]];
    const effects: Effect[] = events.length < those.length ? ['earlier state'] : [];
    if (events.some((event) => event.erased)) effects.push('erased');
    if (events.length <= those.length && events.every((event, nth) => isSameOrErased(event, those[nth]!)))
      return effects;
  }
  throw new UnexplainedAnswer(`${stream}: ${JSON.stringify(answer)} instead of ${JSON.stringify(was)}`);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns whether an answer is the same as before, or lacks only parts, as after an erasure. */
function isSameOrErased(now: unknown, was: unknown): boolean {
  if (isDeepStrictEqual(now, was)) return true;
  if (!isObject(now) || !isObject(was)) return false;
  return Object.entries(now).every(([name, value]) => name === 'erased' || isSameOrErased(value, was[name]));
}

function explainDecision(name: string, was: Answer, answer: Answer, ofStreams: ReadonlySet<Effect>): Effect[] {
  if ('refused' in answer) {
    if (answer.refused === 'log.tampered') return ['tampered'];
    if (answer.refused === 'vault.foreign-checkpoint' && name === 'checkpoint of the mails') return ['mails stop'];
    // The stream that it rests on cannot be read.
    if (answer.refused === 'unreadable' && ofStreams.has('unreadable')) return ['unreadable'];
  } else if (answer.is === 'none') return ['right absent'];
  else if (ofStreams.has('earlier state')) return ['earlier state'];
  else if (ofStreams.has('erased') && isSameOrErased(answer.is, 'is' in was && was.is)) return ['erased'];
  else if (isDeepStrictEqual(withoutPosition(answer), withoutPosition(was))) return ['other position'];
  throw new UnexplainedAnswer(`${name}: ${JSON.stringify(answer)} instead of ${JSON.stringify(was)}`);
}

/** Returns an answer about the access of a user without the position of the event that has ended their tokens. */
function withoutPosition(answer: Answer): unknown {
  const { tokensSince, ...access } = ('is' in answer ? answer.is : {}) as { tokensSince?: { position: number } };
  return { ...access, tokensSince: tokensSince && { ...tokensSince, position: 0 } };
}

/** Explains the log as read models get it: each event of before at most once. */
function explainLog(was: readonly Told[], { log, logEndsEarly }: Answers): Effect[] {
  const effects: Effect[] = logEndsEarly ? ['unreadable'] : log.length < was.length ? ['log lacks events'] : [];
  const places = new Map(was.map((event, place) => [`${event.stream}@${event.revision}`, place]));
  let last = -1;
  for (const event of log) {
    const name = `${event.stream}@${event.revision}`;
    const place = places.get(name);
    if (place === undefined || !isSameOrErased(event, was[place]!))
      throw new UnexplainedAnswer(`the log has ${JSON.stringify(event)}`);
    places.delete(name);
    if (!isDeepStrictEqual(event, was[place])) effects.push('erased');
    if (place < last) effects.push('other order');
    last = Math.max(last, place);
  }
  return effects;
}

import type { Draw } from './draw.js';
import type { Member } from './member.js';

/** One thing that happens to a member. */
type Chapter = (member: Member) => Promise<void>;

interface Story {
  /** How many of fifty users have this story. */
  readonly often: number;
  readonly chapters: readonly Chapter[];
}

const why = {
  approve: ['known to the team', 'confirmed by phone', 'new starter, see the hiring list', 'contract signed'],
  reject: [
    'no such employee',
    'applied with a private address',
    'duplicate of another registration',
    'left before the first day',
  ],
  lock: [
    'parental leave',
    'laptop lost, waiting for the police report',
    'contract suspended',
    'unusual logins from abroad',
    'asked for by HR',
    'on sabbatical until spring',
  ],
  unlock: ['back from leave', 'new laptop handed out', 'checked with the user, all well', 'contract renewed'],
  delete: ['left the company', 'contract ended', 'retired', 'moved to another subsidiary'],
  restore: ['left by mistake of the import', 'came back as a freelancer', 'notice withdrawn'],
  welcome: ['turned out to be a contractor of ours', 'works for us since this week'],
};

const added: Chapter = (member) => member.add();
const registered: Chapter = (member) => member.register();
const loggedIn: Chapter = (member) => member.logIn();
const act =
  (action: string, reasons: readonly string[]): Chapter =>
  (member) =>
    member.undergo(action, reasons);
const approved = act('approve', why.approve);
const rejected = act('reject', why.reject);
const locked = act('lock', why.lock);
const unlocked = act('unlock', why.unlock);
const deleted = act('delete', why.delete);
const restored = act('restore', why.restore);
const addedAfterAll = act('add-to-account', why.welcome);
const renamed: Chapter = (member) => member.marry();
const relocated: Chapter = (member) => member.relocate();

/** The possible stories of a user, about as frequent as in an ordinary company. */
const stories: readonly Story[] = [
  { often: 22, chapters: [added, loggedIn] },
  { often: 6, chapters: [added] },
  { often: 6, chapters: [registered, approved, loggedIn] },
  { often: 3, chapters: [registered] },
  { often: 2, chapters: [registered, rejected] },
  { often: 1, chapters: [registered, rejected, addedAfterAll, loggedIn] },
  { often: 3, chapters: [added, loggedIn, locked] },
  { often: 2, chapters: [added, loggedIn, locked, unlocked, loggedIn] },
  { often: 2, chapters: [added, loggedIn, deleted] },
  { often: 1, chapters: [added, loggedIn, deleted, restored] },
  { often: 1, chapters: [added, loggedIn, renamed] },
  { often: 1, chapters: [added, loggedIn, relocated] },
];

/** Returns this number of stories: first one of each, so that small accounts show them all, then by their frequency. */
export function dealt(count: number, draw: Draw): Story[] {
  const deck = stories.flatMap((story) => Array.from({ length: story.often }, () => story));
  const hand = [...stories];
  while (hand.length < count) hand.push(draw.one(deck));
  return hand.slice(0, count);
}

import { Command, Id, Reason, type VersionedResult } from '#libs/kernel';
import { irreversible, type Act } from '../../domain/act.js';
import type { EndedUserSessions } from '../../domain/results.js';

/** Ends all sessions of a member. */
export class EndUserSessions extends Command<EndUserSessions, VersionedResult<EndedUserSessions>> {
  /** Why; shown to auditors. */
  @Reason() reason?: string;
}

/** Ends one session of a member. */
export class EndUserSession extends Command<EndUserSession, VersionedResult<EndedUserSessions>> {
  @Id() sessionId!: string;
  /** Why; shown to auditors. */
  @Reason() reason?: string;
}

/** What the program knows about the commands of this area. A session can not be opened again: its owner logs in. */
export const sessionActs = {
  EndUserSessions: { permission: 'users:reset-password', response: 'own', undo: irreversible },
  EndUserSession: { permission: 'users:reset-password', response: 'own', undo: irreversible },
} as const satisfies Record<string, Act>;

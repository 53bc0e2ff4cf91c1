import type { Kysely } from 'kysely';
import type { Actor, Subject } from '#libs/kernel';
import type { AuditAction } from './action.js';
import { loadSubjects, type AuditRow, type AuditTables, type Subjects } from './audit-trail.js';
import type { Change } from './changes.js';
import { subjectKind, type AuditedKind, type TokenState } from './subjects.js';

interface AuditSubject {
  readonly kind: AuditedKind;
  /**
   * The id; for an e-mail domain, its name.
   * @text
   */
  readonly id: string;
  readonly name: string | null;
}

interface Party {
  readonly id: string;
  readonly kind: Actor['kind'];
}

interface AuditActor extends Party {
  readonly name: string | null;
}

interface Via {
  readonly tokenId: string;
  /** @deprecated The same as `tokenId`. */
  readonly token: string;
  readonly name: string | null;
  readonly issuedBy: Party | null;
}

interface FieldChange extends Change {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** One change: who, with which token, did what, to whom, when, from where, why, before → after. */
export interface AuditItem {
  readonly position: number;
  /** In the stream of the event: the user's, or that of their logins. */
  readonly revision: number;
  /** When it was recorded, UTC. */
  readonly at: string;
  /** What was done, like `user.locked`. */
  readonly action: AuditAction;
  readonly subject: AuditSubject;
  /** The account that it happened in; `null`: in none, which only operators see. */
  readonly accountId: string | null;
  /** @deprecated The same as `accountId`. */
  readonly account: string | null;
  readonly actor: AuditActor;
  /** The access token used, and who had issued it. */
  readonly via: Via | null;
  readonly reason: string | null;
  readonly ip: string | null;
  readonly changes: readonly FieldChange[];
  readonly correlationId: string;
}

/**
 * Returns audit rows with the names of their subjects and actors, as the row's account knows them: a user who has moved to
 * another account keeps the name that they left with. A service has the name of its token. Callers who are confined to an
 * account (`confinedTo`) read `operator` instead of the name of an operator's token.
 */
export async function toAuditItems(
  db: Kysely<AuditTables>,
  rows: readonly AuditRow[],
  confinedTo: string | undefined,
): Promise<AuditItem[]> {
  const subjects = await loadSubjects(db, rows.flatMap(subjectsIn));
  return rows.map((row) => item(row, new SubjectNames(subjects, row.account ?? undefined, confinedTo)));
}

const subjectsIn = ({ subject_kind, subject_id, actor_id, actor_kind, via }: AuditRow): Subject[] => [
  { kind: subject_kind, id: subject_id },
  { kind: actor_kind === 'user' ? 'user' : 'access-token', id: actor_id },
  ...(via ? [{ kind: 'access-token', id: via } as const] : []),
];

const item = (row: AuditRow, names: SubjectNames): AuditItem => ({
  position: row.position,
  revision: row.revision,
  at: row.at,
  action: row.action as AuditAction,
  subject: { kind: row.subject_kind, id: row.subject_id, name: names.find(row.subject_kind, row.subject_id) },
  accountId: row.account,
  account: row.account,
  actor: { id: row.actor_id, kind: row.actor_kind, name: actorNames[row.actor_kind](row, names) },
  via: row.via
    ? {
        tokenId: row.via,
        token: row.via,
        name: names.find('access-token', row.via),
        issuedBy: names.findToken(row.via)?.issuedBy ?? null,
      }
    : null,
  reason: row.reason,
  ip: row.ip,
  changes: row.changes,
  correlationId: row.correlation_id,
});

/** Returns the name of an actor, by kind. */
const actorNames: Record<Actor['kind'], (row: AuditRow, names: SubjectNames) => string | null> = {
  user: ({ actor_id }, names) => names.find('user', actor_id),
  // A service has no name but its token's.
  service: ({ actor_id }, names) => names.find('access-token', actor_id),
  operator: ({ via }, names) => (via && names.find('access-token', via)) ?? 'operator',
  system: () => 'Rollbook',
};

/** Finds the names that a row's account knows. */
class SubjectNames {
  constructor(
    private readonly subjects: Subjects,
    private readonly account: string | undefined,
    private readonly confinedTo: string | undefined,
  ) {}

  find(kind: AuditedKind, id: string): string | null {
    const seen = this.subjects.get(kind, id)?.seen;
    if (!seen) return null;
    if (kind === 'access-token' && (seen as TokenState).kind === 'operator' && this.confinedTo) return 'operator';
    return subjectKind(kind).name(seen, this.account);
  }

  findToken(id: string): TokenState | undefined {
    return this.subjects.get('access-token', id)?.seen as TokenState | undefined;
  }
}

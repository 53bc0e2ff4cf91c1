import type { Kysely } from 'kysely';
import type { Actor, Subject } from '#libs/kernel';
import type { AuditAction } from './action.js';
import { loadSubjects, type AuditRow, type AuditTables, type Subjects } from './audit-trail.js';
import type { Change } from './changes.js';
import { subjectKind, type AuditedKind, type SeenToken } from './subjects.js';

interface AuditSubject {
  readonly kind: AuditedKind;
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
 * Rows with the names of those in them, by one rule: the name that the row's account knows them by. Who has since
 * moved to another account keeps in the old one the name they left with. Services bear their token's name everywhere;
 * the names on operators' tokens are for operators, whoever is confined to an account (`within`) reads `operator`.
 */
export async function itemsOf(
  db: Kysely<AuditTables>,
  rows: readonly AuditRow[],
  within: string | undefined,
): Promise<AuditItem[]> {
  const subjects = await loadSubjects(db, rows.flatMap(mentioned));
  return rows.map((row) => item(row, new Names(subjects, row.account ?? undefined, within)));
}

const mentioned = ({ subject_kind, subject_id, actor_id, actor_kind, via }: AuditRow): Subject[] => [
  { kind: subject_kind, id: subject_id },
  { kind: actor_kind === 'user' ? 'user' : 'access-token', id: actor_id },
  ...(via ? [{ kind: 'access-token', id: via } as const] : []),
];

const item = (row: AuditRow, names: Names): AuditItem => ({
  position: row.position,
  revision: row.revision,
  at: row.at,
  action: row.action as AuditAction,
  subject: { kind: row.subject_kind, id: row.subject_id, name: names.of(row.subject_kind, row.subject_id) },
  accountId: row.account,
  account: row.account,
  actor: { id: row.actor_id, kind: row.actor_kind, name: actorNames[row.actor_kind](row, names) },
  via: row.via
    ? {
        tokenId: row.via,
        token: row.via,
        name: names.of('access-token', row.via),
        issuedBy: names.token(row.via)?.issuedBy ?? null,
      }
    : null,
  reason: row.reason,
  ip: row.ip,
  changes: row.changes,
  correlationId: row.correlation_id,
});

/** What to call each kind of actor. */
const actorNames: Record<Actor['kind'], (row: AuditRow, names: Names) => string | null> = {
  user: ({ actor_id }, names) => names.of('user', actor_id),
  // A service is nobody else than its token.
  service: ({ actor_id }, names) => names.of('access-token', actor_id),
  operator: ({ via }, names) => (via && names.of('access-token', via)) ?? 'operator',
  system: () => 'Rollbook',
};

/** The names that a row's account knows. */
class Names {
  constructor(
    private readonly subjects: Subjects,
    private readonly account: string | undefined,
    private readonly within: string | undefined,
  ) {}

  of(kind: AuditedKind, id: string): string | null {
    const seen = this.subjects.get(kind, id);
    if (!seen) return null;
    if (kind === 'access-token' && (seen as SeenToken).kind === 'operator' && this.within) return 'operator';
    return subjectKind(kind).name(seen, this.account);
  }

  token(id: string): SeenToken | undefined {
    return this.subjects.get('access-token', id) as SeenToken | undefined;
  }
}

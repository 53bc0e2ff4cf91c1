import { sql, type Kysely } from 'kysely';
import type { Actor, Recorded, Subject } from '#libs/kernel';
import {
  FoldedTable,
  insertInto,
  type AnyTables,
  type Fold,
  type FoldedRows,
  type Projection,
  type RowWrite,
} from '#libs/read-store';
import { toAction, auditedEvents } from './action.js';
import { HoursOfEvents, createAuditHourTable, type AuditHour } from './audit-hour.js';
import { findChanges, type Change } from './changes.js';
import { subjectKind, type AuditedKind, type Seen } from './subjects.js';

export interface AuditRow {
  position: number;
  /** In its stream. */
  revision: number;
  stream: string;
  at: string;
  action: string;
  actor_id: string;
  actor_kind: Actor['kind'];
  /** The id of the access token that the actor used. */
  via: string | null;
  subject_kind: AuditedKind;
  subject_id: string;
  /** `null`: in no account; only operators see the row. */
  account: string | null;
  reason: string | null;
  ip: string | null;
  changes: readonly Change[];
  correlation_id: string;
}

/** A row for each event, the positions of each hour's events, and the state of each subject. */
export interface AuditTables {
  audit_trail: AuditRow;
  audit_hour: AuditHour;
  audit_subject: { kind: AuditedKind; id: string; seen: Seen };
}

/** Writes one row for each event: who did what to whom, when, from where, why, and the fields before and after. */
export const AuditTrailProjection: Projection = {
  name: 'audit-trail',
  version: 8,
  tables: ['audit_trail', 'audit_hour', 'audit_subject'],
  events: auditedEvents,

  async createTables(db) {
    await sql`
      create table audit_subject (
        kind text collate "C" not null, id text collate "C" not null, seen json not null, primary key (kind, id)) with (fillfactor = 50)`.execute(
      db,
    );
    await sql`
      create table audit_trail (
        position bigint primary key, revision integer not null, stream text not null, at timestamptz not null,
        action text collate "C" not null, actor_id text collate "C" not null, actor_kind text not null, via text,
        subject_kind text not null, subject_id text collate "C" not null, account text collate "C",
        reason text, ip text, changes json not null, correlation_id text collate "C" not null)`.execute(db);
    await createAuditHourTable(db);
  },

  async createIndexes(db) {
    for (const column of ['account', 'subject_id', 'actor_id', 'action', 'correlation_id']) {
      await sql`create index on audit_trail (${sql.ref(column)}, position)`.execute(db);
    }
    // For an action that is rare in the account and frequent in others.
    await sql`create index on audit_trail (account, action, position)`.execute(db);
  },

  begin: () => new AuditTrailFold(),
};

class AuditTrailFold implements Fold {
  readonly #subjects = auditSubject.rows();
  readonly #hours = new HoursOfEvents();

  get size(): number {
    return this.#subjects.size;
  }

  async load(events: readonly Recorded[], tx: Kysely<AnyTables>): Promise<void> {
    await this.#subjects.load(
      tx,
      events.map(({ envelope: { subject } }) => [subject.kind, subject.id]),
    );
  }

  fold(events: readonly Recorded[]): readonly RowWrite[] {
    const rows = events.map((event) => {
      this.#hours.add(event);
      const { kind, id } = event.envelope.subject as { kind: AuditedKind; id: string };
      const before = this.#subjects.get(kind, id)?.seen;
      const after = subjectKind(kind).fold(before, event);
      if (after && after !== before) this.#subjects.set({ kind, id, seen: after });
      return auditRow(event, findChanges(event, before, after));
    });
    return [insertInto('audit_trail', rows)];
  }

  changes(): readonly RowWrite[] {
    return [...this.#subjects.changes(), this.#hours.toWrite()];
  }
}

const auditRow = ({ type, position, revision, stream, envelope }: Recorded, changes: readonly Change[]): AuditRow => ({
  position,
  revision,
  stream,
  at: envelope.at,
  action: toAction(type),
  actor_id: envelope.actor.id,
  actor_kind: envelope.actor.kind,
  via: envelope.via ?? null,
  subject_kind: envelope.subject.kind as AuditedKind,
  subject_id: envelope.subject.id,
  account: envelope.account ?? null,
  reason: envelope.reason ?? null,
  ip: envelope.ip ?? null,
  changes,
  correlation_id: envelope.correlationId,
});

type SubjectRow = AuditTables['audit_subject'];

const auditSubject = new FoldedTable<SubjectRow, 'kind' | 'id'>({
  name: 'audit_subject',
  key: ['kind', 'id'],
  columns: { seen: 'replace' },
});

/** The states of the subjects of audited events (users, accounts, domains, tokens), by kind and id. */
export type Subjects = FoldedRows<SubjectRow, 'kind' | 'id'>;

/** Loads the states of these subjects. */
export async function loadSubjects(db: Kysely<AnyTables>, wanted: readonly Subject[]): Promise<Subjects> {
  const subjects = auditSubject.rows();
  await subjects.load(
    db,
    wanted.map(({ kind, id }) => [kind, id]),
  );
  return subjects;
}

import { sql, type Kysely } from 'kysely';
import type { Actor, Recorded, Subject } from '#libs/kernel';
import type { Projection } from '#libs/read-store';
import { toAction, auditedEvents } from './action.js';
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

/** A row for each event, and the state of each subject. */
export interface AuditTables {
  audit_trail: AuditRow;
  audit_subject: { kind: AuditedKind; id: string; seen: Seen };
}

/** Writes one row for each event: who did what to whom, when, from where, why, and the fields before and after. */
export const AuditTrailProjection: Projection = {
  name: 'audit-trail',
  version: 7,
  tables: ['audit_trail', 'audit_subject'],
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
  },

  async createIndexes(db) {
    for (const column of ['account', 'subject_id', 'actor_id', 'action', 'correlation_id']) {
      await sql`create index on audit_trail (${sql.ref(column)}, position)`.execute(db);
    }
  },

  async apply(events, tx) {
    const db = tx as unknown as Kysely<AuditTables>;
    const subjects = await loadSubjects(
      db,
      events.map(({ envelope }) => envelope.subject),
    );
    const rows = events.map((event) => {
      const { kind, id } = event.envelope.subject as { kind: AuditedKind; id: string };
      const before = subjects.get(kind, id);
      const after = subjectKind(kind).fold(before, event);
      if (after) subjects.set(kind, id, after);
      return auditRow(event, findChanges(event, before, after));
    });
    await sql`
      with subjects as (
        insert into audit_subject select * from json_populate_recordset(null::audit_subject, ${JSON.stringify(subjects.all())}::json)
        on conflict (kind, id) do update set seen = excluded.seen)
      insert into audit_trail select * from json_populate_recordset(null::audit_trail, ${JSON.stringify(rows)}::json)`.execute(
      db,
    );
  },
};

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

/** The states of the subjects of audited events (users, accounts, domains, tokens), by kind and id. */
export class Subjects {
  readonly #seen = new Map<string, AuditTables['audit_subject']>();

  /** Returns the state of a subject, or undefined if none is loaded. */
  get(kind: AuditedKind, id: string): Seen | undefined {
    return this.#seen.get(`${kind} ${id}`)?.seen;
  }

  /** Sets the new state of a subject. */
  set(kind: AuditedKind, id: string, seen: Seen): void {
    this.#seen.set(`${kind} ${id}`, { kind, id, seen });
  }

  /** Returns the rows of all subjects, to save them. */
  all(): readonly AuditTables['audit_subject'][] {
    return [...this.#seen.values()];
  }
}

/** Loads the states of these subjects. */
export async function loadSubjects(db: Kysely<AuditTables>, wanted: readonly Subject[]): Promise<Subjects> {
  const { rows } = await sql<AuditTables['audit_subject']>`
    select kind, id, seen from audit_subject
    where (kind, id) in (select kind, id from json_to_recordset(${JSON.stringify(wanted)}::json) as wanted (kind text, id text))`.execute(
    db,
  );
  const subjects = new Subjects();
  for (const { kind, id, seen } of rows) subjects.set(kind, id, seen);
  return subjects;
}

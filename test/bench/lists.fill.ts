import { sql, type Kysely, type Transaction } from 'kysely';
import { applyEvents, type AnyTables, type ReadStore } from '#libs/read-store';
import { UserListProjection } from '#libs/users';
import { AuditTrailProjection } from '#libs/audit';
import { companies } from '../demo/companies.js';
import { Draw } from '../demo/draw.js';
import { People } from '../demo/person.js';
import { userAddedEvent } from '../support/user-list-fixture.js';

/** How many rows are filled. */
export interface Size {
  readonly users: number;
  readonly audit: number;
}

/** The time at which the lists are read. */
export const now = '2026-01-01T00:00:00.000Z';
const YEARS_MS = 2 * 365 * 86_400_000;

/** Returns a time in the audit: 0 is that of its first row, 1 of its last. */
export const timeAt = (share: number): string => new Date(Date.parse(now) - (1 - share) * YEARS_MS).toISOString();

const toId = (kind: number, number: number): string =>
  `${String(kind).padStart(8, '0')}-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** The ids that cases ask for. */
export const ids = {
  account: toId(1, 1),
  /** It has a fifth as many users; values that no user of the first account has are frequent here. */
  otherAccount: toId(1, 2),
  smallAccount: toId(1, 3),
  unused: toId(2, 0),
  user: (number: number): string => toId(3, number),
  veteran: toId(3, 0),
  service: toId(4, 1),
  formerAdministrator: toId(4, 2),
  bulk: toId(5, 0),
  act: (number: number): string => toId(5, number),
};

/** How many users the audit is about. */
const AUDITED_USERS = 20_000;
const CHUNK = 25_000;
const TEMPLATES = 400;

/** Creates the tables of both read models, fills them by SQL, and completes them as a build does. */
export async function fill(store: ReadStore, { users, audit }: Size, progress: (text: string) => void): Promise<void> {
  const { buildDb } = store;
  const inTransaction = (work: (tx: Transaction<AnyTables>) => Promise<unknown>) =>
    buildDb.transaction().execute(async (tx) => {
      await sql`set local statement_timeout = 0`.execute(tx);
      await work(tx);
    });
  const projections = [UserListProjection, AuditTrailProjection];
  await inTransaction(async (tx) => {
    for (const projection of projections) await projection.createTables(tx);
    await addTemplates(tx);
  });
  const chunks = async (
    rows: number,
    write: (from: number, to: number) => (tx: Kysely<AnyTables>) => Promise<unknown>,
  ) => {
    for (let from = 0; from < rows; from += CHUNK) {
      await inTransaction(write(from, Math.min(rows, from + CHUNK) - 1));
      progress(`${from + CHUNK} of ${rows}`);
    }
  };
  await chunks(users, (from, to) => (tx) => addUsers(tx, ids.account, users, from, to));
  await chunks(Math.ceil(users / 5), (from, to) => (tx) => addUsers(tx, ids.otherAccount, users, from, to));
  await chunks(audit, (from, to) => (tx) => addAuditRows(tx, audit, from, to));
  await inTransaction(async (tx) => {
    await completeCounts(tx);
    await sql`
      insert into audit_hour
      select floor(extract(epoch from at) / 3600), min(position), max(position) from audit_trail group by 1`.execute(
      tx,
    );
    for (const projection of projections) {
      await projection.createIndexes!(tx);
      progress(`indexes of ${projection.name}`);
    }
  });
  for (const table of projections.flatMap(({ tables }) => tables))
    await inTransaction((tx) => sql`analyze ${sql.id(table)}`.execute(tx));
}

/** Adds people of several languages by events, whose rows are the templates of all others; the first has a rare name. */
async function addTemplates(tx: Transaction<AnyTables>): Promise<void> {
  const draw = new Draw(1);
  const people = companies.map((company) => new People(company, 'corp.example', draw));
  const events = Array.from({ length: TEMPLATES }, (_, index) =>
    userAddedEvent(
      'templates',
      index === 0 ? { firstName: 'Zebulon', lastName: 'Quist' } : people[index % people.length]!.next(),
    ),
  );
  await applyEvents([{ projection: UserListProjection, events }], tx);
  await sql`
    create table template as
    select row_number() over (order by last_name_key <> 'quist', user_id) - 1 as number, user_list.*, seen
    from user_list join user_seen using (user_id)`.execute(tx);
  await sql`truncate user_list, user_count, user_seen`.execute(tx);
  await sql`
    insert into audit_subject
    select 'user', ${idOf(3)}, seen from generate_series(0, ${AUDITED_USERS}::int - 1) as n
    join template on number = n % ${TEMPLATES}`.execute(tx);
  // From 0 to below 1, the same for the same row and column.
  await sql`
    create function draw(n bigint, number integer) returns float8 language sql immutable parallel safe
    return (hashint8extended(n, number) & 2147483647) / 2147483648.0`.execute(tx);
}

const idOf = (kind: number) => sql`${toId(kind, 0).slice(0, 24)}::text || lpad(n::text, 12, '0')`;

async function addUsers(
  tx: Kysely<AnyTables>,
  account: string,
  users: number,
  from: number,
  to: number,
): Promise<void> {
  const isOther = sql.lit(account === ids.otherAccount);
  const rare = sql.lit(Math.max(2, Math.floor(users / 20)));
  await sql`
    insert into user_list (account_id, user_id, status, locked_for_good, locked_until, lock_causes, roles, country, address,
      first_name_key, last_name_key, email_key, search, search_grams, added_at, last_login_at, tags, item)
    select ${account}, user_id, u.status, coalesce(cause in ('administrator', 'unaffiliated', 'dormant'), false), until,
      array_remove(array[cause], null), u.roles, u.country, u.address, first_name_key, last_name_key, u.address, search,
      search_grams, u.added_at, u.last_login_at,
      array(select ${account.slice(-12)} || ' ' || tag from unnest(array[
        u.status || case when cause is null then '' else ' locked' end || case when u.last_login_at is null then ' no login' else '' end,
        'cause ' || cause, 'role ' || u.roles[1], 'country ' || u.country]) as tag where tag is not null),
      (item::jsonb || jsonb_build_object('userId', user_id, 'email', u.address, 'status', u.status, 'country', u.country,
        'roles', u.roles, 'addedAt', u.added_at, 'lastLoginAt', u.last_login_at, 'locks', case when cause is null then '[]'::jsonb
        else jsonb_build_array(jsonb_build_object('cause', cause, 'reason', 'has left', 'by', jsonb_build_object('id', user_id,
          'kind', 'user'), 'at', u.added_at, 'until', until, 'disableModeUntil', null)) end))::json
    from (
      select gen_random_uuid()::text as user_id, first_name_key, last_name_key, search, search_grams, item, s.status,
        'u' || n || '@corp.example' as address,
        case when n % ${rare} = 3 then 'MT' when ${isOther} and draw(n, 2) < 0.1 then 'NZ' else country end as country,
        case when n % ${rare} = 4 then array['administrator'] when draw(n, 3) < 0.05 then array['co-administrator']
          when ${isOther} and draw(n, 3) < 0.15 then array['auditor'] else '{}' end as roles,
        case when s.status = 'deleted' then 'unaffiliated' when s.status <> 'active' then null
          when n % ${rare} = 5 then 'failedLogins' when draw(n, 4) < 0.01 then 'administrator'
          when ${isOther} and draw(n, 4) < 0.1 then 'dormant' end as cause,
        case when s.status = 'active' and n % ${rare} = 5 then ${now}::timestamptz + interval '15 minutes' end as until,
        ${now}::timestamptz - draw(n, 5) * case s.status when 'invited' then interval '60 days' when 'pending'
          then interval '9 days' else interval '3000 days' end as added_at,
        case when s.status in ('active', 'deleted') and draw(n, 6) < 0.95
          then ${now}::timestamptz - draw(n, 7) * draw(n, 7) * interval '700 days' end as last_login_at
      from generate_series(${from}::bigint, ${to}::bigint) as n
        cross join lateral (select case when n % ${rare} in (3, 4, 5) then 'active' when n % ${rare} = 6 then 'rejected'
          when draw(n, 1) < 0.06 then 'deleted' when draw(n, 1) < 0.10 then 'invited' when draw(n, 1) < 0.115 then 'pending'
          when ${isOther} and draw(n, 1) < 0.3 then 'left' else 'active' end as status) as s
        join template on number = case when n % ${rare} = 7 then 0 else 1 + floor(draw(n, 8) * ${sql.lit(TEMPLATES - 1)}) end
    ) as u`.execute(tx);
}

async function addAuditRows(tx: Kysely<AnyTables>, audit: number, from: number, to: number): Promise<void> {
  const rare = sql.lit(Math.max(2, Math.floor(audit / 20)));
  const user = sql`${toId(3, 0).slice(0, 24)}::text || lpad(floor(draw(n, 1) * ${sql.lit(AUDITED_USERS)})::text, 12, '0')`;
  await sql`
    insert into audit_trail
    select n * 1000, n % 7, 'user-' || subject, at, action, actor, case when actor like '00000004-0000-4000-8000-000000000001' then 'service' else 'user' end,
      null, 'user', subject, account, case when is_login then null else 'left the company' end, '192.0.2.1', changes, correlation
    from (
      select n, is_login, subject, account,
        ${timeAt(0)}::timestamptz + (n + draw(n, 2)) / ${sql.lit(audit)} * ${`${YEARS_MS} milliseconds`}::interval as at,
        case when n % ${rare} = 1 then 'user.deleted' when is_login then case when draw(n, 3) < 0.1 then 'login.failed' else 'user.logged-in' end
          when account = ${ids.otherAccount} and draw(n, 4) < 0.3 then 'domain.released'
          when draw(n, 4) < 0.4 then 'user.locked' when draw(n, 4) < 0.7 then 'user.unlocked' when draw(n, 4) < 0.85 then 'user.role-granted'
          else 'user.renamed' end as action,
        case when n % ${rare} = 2 then ${ids.formerAdministrator} when is_login then subject
          when draw(n, 5) < 0.5 then ${ids.service} else ${toId(4, 0).slice(0, 24)}::text || lpad((10 + floor(draw(n, 6) * 20))::text, 12, '0') end as actor,
        case when is_login then '[]'::json else '[{"field":"status","before":"active","after":"locked"}]'::json end as changes,
        case when n between ${sql.lit(audit)} / 2 and ${sql.lit(audit)} / 2 + least(5000, ${sql.lit(audit)} / 20) then ${ids.bulk} else ${idOf(5)} end as correlation
      from generate_series(${from}::bigint, ${to}::bigint) as n
        cross join lateral (select draw(n, 7) < 0.7 as is_login,
          case when draw(n, 8) < 0.01 then ${ids.veteran} else ${user} end as subject,
          case when n % ${rare} = 3 then ${ids.smallAccount} when draw(n, 9) < 0.8 then ${ids.account} else ${ids.otherAccount} end as account) as s
    ) as rows`.execute(tx);
}

async function completeCounts(tx: Kysely<AnyTables>): Promise<void> {
  const count = (condition: string) => sql`count(*) filter (where ${sql.raw(condition)})`;
  await sql`
    insert into user_count (account_id, known, active, invited, pending, locked_for_good, never_logged_in)
    select account_id, count(*), ${count(`status = 'active'`)}, ${count(`status = 'invited'`)}, ${count(`status = 'pending'`)},
      ${count(`status = 'active' and locked_for_good`)}, ${count(`status = 'active' and last_login_at is null`)}
    from user_list group by account_id`.execute(tx);
}

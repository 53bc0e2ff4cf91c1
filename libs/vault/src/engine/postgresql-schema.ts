/** The channel of the notifications that the row about the log has changed. */
export const logChannel = 'rollbook_log';

/** The schema of the database that holds the durable state. */
export const schema = 'rollbook_state';

interface PostgresqlMigration {
  readonly statements: string;
  /** The oldest version whose builds can go on with the schema afterwards. */
  readonly oldest: number;
}

/**
 * What brings the schema from version n to n + 1; the first entry makes version 5, which has the tables of version 5 of the
 * SQLite file. Entries only extend, so that servers of the build before can go on, and are never changed.
 */
export const postgresqlMigrations: readonly PostgresqlMigration[] = [
  {
    oldest: 5,
    statements: `CREATE TABLE secret (name text PRIMARY KEY, box bytea NOT NULL);
   CREATE TABLE owner_key (
     owner text PRIMARY KEY,
     hidden_owner text NOT NULL UNIQUE,
     box bytea,
     erased_at text,
     CHECK ((box IS NULL) = (erased_at IS NOT NULL))
   );
   CREATE TABLE token (hash text PRIMARY KEY, id text NOT NULL, mac bytea NOT NULL);
   CREATE INDEX token_id ON token (id);
   CREATE TABLE token_use (token text PRIMARY KEY, used_at bigint NOT NULL);
   CREATE TABLE password ("user" text NOT NULL, command text NOT NULL, box bytea NOT NULL, PRIMARY KEY ("user", command));
   CREATE TABLE session (
     hash text PRIMARY KEY,
     id text NOT NULL UNIQUE,
     holder text NOT NULL,
     kind text NOT NULL,
     revision bigint NOT NULL,
     started_at bigint NOT NULL,
     used_at bigint NOT NULL,
     authenticated_at bigint NOT NULL,
     authenticated_by text NOT NULL,
     agent text NOT NULL,
     mac bytea NOT NULL
   );
   CREATE INDEX session_holder ON session (holder);
   CREATE INDEX session_used_at ON session (used_at);
   CREATE TABLE ended_session (hash text PRIMARY KEY, because text NOT NULL, at bigint NOT NULL);
   CREATE TABLE process (name text PRIMARY KEY, position bigint NOT NULL, mac bytea NOT NULL);
   CREATE TABLE address (hmac text PRIMARY KEY, stream text NOT NULL, mac bytea NOT NULL);
   CREATE TABLE accepted_stream (stream text PRIMARY KEY, box bytea NOT NULL);
   CREATE TABLE foreign_range (stream text NOT NULL, first bigint NOT NULL, box bytea NOT NULL, PRIMARY KEY (stream, first));
   CREATE TABLE changed_stream (stream text PRIMARY KEY, box bytea NOT NULL);
   CREATE TABLE mail (
     id text PRIMARY KEY,
     kind text NOT NULL,
     "user" text NOT NULL,
     about text NOT NULL,
     state text NOT NULL CHECK (state IN ('owed', 'sent', 'void', 'parked')),
     attempts integer NOT NULL,
     since bigint NOT NULL,
     next_attempt_at bigint NOT NULL,
     problem text,
     -- The number of the turn to send mails in which a server has begun to send it.
     claim bigint
   );
   CREATE INDEX mail_due ON mail (state, next_attempt_at);
   CREATE INDEX mail_since ON mail (state, since, id);
   CREATE INDEX mail_locked ON mail ("user") WHERE problem = 'user.locked';
   CREATE TABLE waiting ("user" text PRIMARY KEY, account text NOT NULL);
   CREATE INDEX waiting_account ON waiting (account);
   CREATE TABLE reminder (account text PRIMARY KEY, due_at bigint NOT NULL);
   CREATE INDEX reminder_due ON reminder (due_at);
   CREATE TABLE approval_notice (account text PRIMARY KEY, due_at bigint NOT NULL);
   CREATE INDEX approval_notice_due ON approval_notice (due_at);
   CREATE TABLE noticed_user ("user" text PRIMARY KEY, account text NOT NULL, notice bigint NOT NULL);
   CREATE INDEX noticed_user_notice ON noticed_user (account, notice);
   CREATE TABLE link_request (address text PRIMARY KEY, count integer NOT NULL, last_at bigint NOT NULL);
   CREATE TABLE bulk_key (command text PRIMARY KEY, digest text NOT NULL);
   CREATE UNLOGGED TABLE rate_limit (key text PRIMARY KEY, until bigint NOT NULL, count integer NOT NULL);
   CREATE INDEX rate_limit_until ON rate_limit (until);
   CREATE TABLE lease (name text PRIMARY KEY, holder text NOT NULL, token bigint NOT NULL, renewed_at timestamptz NOT NULL);
   CREATE FUNCTION notify_log() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN PERFORM pg_notify('${logChannel}', ''); RETURN NULL; END $$;
   CREATE TRIGGER notify_log AFTER UPDATE ON secret FOR EACH STATEMENT EXECUTE FUNCTION notify_log()`,
  },
  {
    // An earlier build does not know which versions may go on.
    oldest: 6,
    statements: `CREATE TABLE event_format (type text NOT NULL, schema integer NOT NULL, build text NOT NULL, PRIMARY KEY (type, schema));
   CREATE TABLE server (
     holder text PRIMARY KEY,
     registration text NOT NULL UNIQUE,
     build text NOT NULL,
     formats text NOT NULL,
     renewed_at timestamptz NOT NULL
   );
   ALTER TABLE version ADD COLUMN oldest integer NOT NULL DEFAULT 6;
   -- Servers of version 5 were registered as leases.
   DELETE FROM lease WHERE name LIKE 'server:%'`,
  },
];

/** The version after the first migration: that of the SQLite file whose tables it has. */
export const firstPostgresqlVersion = 5;

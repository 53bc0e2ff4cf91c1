import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

/** A new, empty PostgreSQL database. */
export interface TestDatabase {
  readonly url: string;
  /** Drops it, even while clients are connected. */
  drop(): Promise<void>;
}

/** Creates a database on the PostgreSQL server of `url`. Each test server needs its own, because a read store refuses another log. */
export async function createDatabase(url: string): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await query(url, `create database ${name}`);
  return {
    url: Object.assign(new URL(url), { pathname: `/${name}` }).href,
    drop: () => query(url, `drop database ${name} with (force)`),
  };
}

async function query(url: string, statement: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

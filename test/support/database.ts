import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

/** An empty database of its own. */
export interface TestDatabase {
  readonly url: string;
  /** Drops it, whoever is still connected. */
  drop(): Promise<void>;
}

/** Makes a database on the PostgreSQL server of `url`: each test server founds a log of its own, and a read store refuses another's. */
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

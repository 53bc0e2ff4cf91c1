import { Client } from 'pg';

/** Throws an Error of one line if the URL or a file named in it can't be read. Does not connect. */
export function checkPostgresqlUrl(url: string, setting: 'DATABASE_URL' | 'STATE_URL'): void {
  try {
    void new Client(url);
  } catch (error) {
    const isFile = (error as NodeJS.ErrnoException).code === 'ENOENT';
    // oxlint-disable-next-line preserve-caught-error -- the error could quote the URL, password included
    throw new Error(
      isFile
        ? `${setting} names a certificate or key file that is not there (sslrootcert, sslcert, sslkey).`
        : `${setting} is not a URL of PostgreSQL (postgres://user:password@host:port/database).`,
    );
  }
}

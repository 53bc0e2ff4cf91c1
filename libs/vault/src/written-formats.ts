import { Refusal } from '#libs/kernel';
import { ChangedMeanwhile, inList, mustChange, sql, type Engine, type Statement } from './engine/engine.js';
import {
  canRead,
  checkReadable,
  lockFormats,
  type Build,
  type StoredFormat,
  type WrittenFormat,
} from './event-formats.js';
import { forgetLapsedServers, loadServers } from './server-registration.js';

/**
 * The formats in which events were ever written. A format is entered here before its first event is appended, and only if
 * every server that shares the vault can read it.
 */
export class WrittenFormats {
  private readonly known = new Set<string>();

  /** @internal part of the vault */
  constructor(private readonly engine: Engine) {}

  /**
   * Checks that a build can read all events of the log.
   * @param firstFormats are entered if there are none: the formats of the first build that enters formats
   * @throws NewerBuildNeeded
   */
  async check(build: Build, firstFormats: readonly StoredFormat[]): Promise<void> {
    let written = await this.load();
    if (written.length === 0) {
      await this.engine.run(firstFormats.map((format) => insertFormat(format, 'an earlier build')));
      written = await this.load();
    }
    checkReadable(build, written);
    for (const format of written) this.known.add(keyOf(format));
  }

  /** Returns all of them, in the order of their names. */
  load(): Promise<WrittenFormat[]> {
    return this.engine.query(sql('SELECT type, schema, build FROM event_format ORDER BY type, schema'));
  }

  /**
   * Enters a format, unless it is there. Afterwards, builds that can't read it refuse to start.
   * @throws Refusal `upgrade.under-way` if a server runs that can't read it
   */
  async ensureWritable(format: StoredFormat, build: Build): Promise<void> {
    if (this.known.has(keyOf(format))) return;
    if (!this.engine.isShared) await this.engine.run([insertFormat(format, build.name)]);
    else while (!(await this.isWritten(format)) && !(await this.enter(format, build)));
    this.known.add(keyOf(format));
  }

  private async isWritten({ type, schema }: StoredFormat): Promise<boolean> {
    const find = sql('SELECT 1 FROM event_format WHERE type = ? AND schema = ?', type, schema);
    return (await this.engine.query(find)).length > 0;
  }

  /** Returns false if the formats or the servers have changed meanwhile. */
  private async enter(format: StoredFormat, build: Build): Promise<boolean> {
    const servers = await loadServers(this.engine);
    const [unable] = servers.filter((server) => server.isLive && !canRead(server, format));
    if (unable)
      throw new Refusal(
        'upgrade.under-way',
        'unavailable',
        `This writes events that servers of build ${unable.build} can not read: it works once they are stopped.`,
      );
    const readers = inList(servers.filter((server) => canRead(server, format)).map(({ registration }) => registration));
    const insert = sql(
      `INSERT INTO event_format (type, schema, build)
        SELECT CAST(? AS text), CAST(? AS integer), CAST(? AS text)
        WHERE NOT EXISTS (SELECT 1 FROM server WHERE registration NOT IN ${readers.text})
        ON CONFLICT DO NOTHING`,
      format.type,
      format.schema,
      build.name,
      ...readers.values,
    );
    try {
      // A renewal that is being committed delays the second statement, and then counts for the third.
      await this.engine.run([lockFormats, forgetLapsedServers, mustChange(insert)]);
      return true;
    } catch (error) {
      if (error instanceof ChangedMeanwhile) return false;
      throw error;
    }
  }
}

const keyOf = ({ type, schema }: StoredFormat): string => `${type} ${schema}`;

const insertFormat = ({ type, schema }: StoredFormat, build: string): Statement =>
  sql('INSERT INTO event_format (type, schema, build) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', type, schema, build);

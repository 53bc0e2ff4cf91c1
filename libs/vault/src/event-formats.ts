import { sql, type Statement } from './engine/engine.js';

/** How events are stored: their type, and the number of the schema of their data. */
export interface StoredFormat {
  readonly type: string;
  readonly schema: number;
}

/** A build of Rollbook, as servers and tools state it. */
export interface Build {
  readonly name: string;
  /** The newest schema that it can read, by type of event. It reads older ones, too. */
  readonly formats: Readonly<Record<string, number>>;
}

/** A format that is in use, and the build that wrote it first. */
export interface WrittenFormat extends StoredFormat {
  readonly build: string;
}

/** Registrations of servers and entries of formats are made one after the other, so that each sees the others. For PostgreSQL only. */
export const lockFormats: Statement = sql('LOCK TABLE event_format IN SHARE ROW EXCLUSIVE MODE');

/** Returns whether a build can read events of a format. */
export const canRead = ({ formats }: Pick<Build, 'formats'>, { type, schema }: StoredFormat): boolean =>
  (Object.hasOwn(formats, type) ? formats[type]! : 0) >= schema;

/** Throws an Error of one line if a build can't read one of the formats. */
export function checkReadable(build: Build, written: readonly WrittenFormat[]): void {
  const unreadable = written.filter((format) => !canRead(build, format));
  if (unreadable.length === 0) return;
  const names = unreadable.map(({ type, schema }) => `${type} (schema ${schema})`).join(', ');
  throw new NewerBuildNeeded(
    `The log holds events of a newer build, which this build (${build.name}) can not read: ${names}. Start build ${unreadable.at(-1)!.build} or a newer one.`,
  );
}

/** The log may hold events that this build can't read. */
export class NewerBuildNeeded extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NewerBuildNeeded';
  }
}

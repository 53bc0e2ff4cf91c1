import { sql, type Transaction } from 'kysely';
import type { Projection } from './projection.js';
import { schema as sharedSchema, type AnyTables } from './schema.js';

/** Which version of which projection. */
export type ProjectionVersion = Pick<Projection, 'name' | 'version'>;

/** Returns the schema of the database that holds the tables of a version, like `rollbook_user_list_8`. */
export const schemaOf = ({ name, version }: ProjectionVersion): string =>
  `${sharedSchema}_${name.replaceAll('-', '_')}_${version}`;

/** Returns the schema in which a version is built anew, beside the one that is read. */
export const rebuildSchemaOf = (projection: ProjectionVersion): string => `${schemaOf(projection)}_rebuild`;

/** Returns the schema that holds the former tables after a switch, until they are dropped. */
export const replacedSchemaOf = (projection: ProjectionVersion): string => `${schemaOf(projection)}_replaced`;

/**
 * Returns the search path of a build's connections: the schemas of its versions, then what all share. So statements name tables
 * without a schema. Schemas that do not exist yet are passed over by the database.
 */
export const searchPathOf = (projections: readonly ProjectionVersion[]): string =>
  [...projections.map(schemaOf), sharedSchema, 'public'].join(',');

/** Lets the statements of a transaction create and find tables in `schema`, instead of those on the connection's search path. */
export async function useSchema(tx: Transaction<AnyTables>, schema: string): Promise<void> {
  await sql`set local search_path = ${sql.id(schema)}, ${sql.id(sharedSchema)}, public`.execute(tx);
}

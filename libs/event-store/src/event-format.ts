import type { AnyEventFormat } from './key-owners.js';

/** Returns the version of the schema that this build writes. */
export const currentSchema = (format: AnyEventFormat): number => (format.upcasters?.length ?? 0) + 1;

/** Returns the version of the schema that this build writes, by type of event. */
export const currentSchemas = (catalogue: Readonly<Record<string, AnyEventFormat>>): Record<string, number> =>
  Object.fromEntries(Object.entries(catalogue).map(([type, format]) => [type, currentSchema(format)]));

/** Splits an event's data into public and personal fields. */
export function splitPersonal(
  format: AnyEventFormat,
  data: object,
): { clear: Record<string, unknown>; personal?: object } {
  const isPersonal = new Set<string>(format.personal);
  const fields = Object.entries(data).filter(([, value]) => value !== undefined);
  const personal = fields.filter(([name]) => isPersonal.has(name));
  return {
    clear: Object.fromEntries(fields.filter(([name]) => !isPersonal.has(name))),
    ...(personal.length > 0 && { personal: Object.fromEntries(personal) }),
  };
}

/** Returns an event's data in the current schema. Throws if the schema is newer than this build. */
export function upcast(format: AnyEventFormat, schema: number, data: object): object {
  const upcasters = format.upcasters ?? [];
  if (schema > upcasters.length + 1) throw new Error(`its schema ${schema} is of a newer build`);
  return upcasters.slice(schema - 1).reduce((older, upcaster) => upcaster(older), data);
}

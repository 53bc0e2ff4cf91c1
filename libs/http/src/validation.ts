import 'reflect-metadata';
import { plainToInstance, type ClassConstructor } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { Refusal } from '#libs/kernel';

export interface FieldError {
  /** The path of the field, like `administrator.email`. */
  readonly field: string;
  readonly message: string;
}

/** Returns an instance of a command or query class with these fields. Throws `request.invalid` with an error for each wrong field. */
export function validated<T extends object>(type: ClassConstructor<T>, fields: unknown): T {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw invalid([{ field: '', message: 'must be a JSON object' }]);
  }
  const unsafe = findUnsafeFields(fields);
  if (unsafe.length) throw invalid(unsafe);
  const instance = plainToInstance(type, fields);
  const errors = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: false });
  if (errors.length) throw invalid(errors.flatMap((error) => toFieldErrors(error)));
  return instance;
}

/** How many objects and arrays a body may nest; constant, since ours need three. */
const maxDepth = 20;

/**
 * Finds fields that `plainToInstance` handles badly: it silently drops names that every object has (`constructor`,
 * `__proto__`), and deep nesting overflows its stack.
 */
function findUnsafeFields(value: unknown, path = '', depth = 0): FieldError[] {
  if (typeof value !== 'object' || value === null) return [];
  if (depth > maxDepth) return [{ field: path.split('.', 1)[0]!, message: 'is nested too deeply' }];
  return Object.entries(value).flatMap(([name, inner]) =>
    name in Object.prototype
      ? [{ field: path + name, message: `property ${name} should not exist` }]
      : findUnsafeFields(inner, `${path}${name}.`, depth + 1),
  );
}

/** Returns the refusal of a request whose fields have these errors. */
export const invalid = (errors: readonly FieldError[]) =>
  new Refusal('request.invalid', 'invalid', 'The request has fields that can not be used.', [], { errors });

/** Returns the errors of a field and of the fields inside it. */
function toFieldErrors(
  { property, constraints = {}, children = [], value }: ValidationError,
  prefix = '',
): FieldError[] {
  const field = prefix + property;
  const messages = value === undefined ? [`${property} is missing`] : Object.values(constraints);
  return [
    ...messages.map((message) => ({ field, message })),
    ...children.flatMap((child) => toFieldErrors(child, `${field}.`)),
  ];
}

import 'reflect-metadata';
import { plainToInstance, type ClassConstructor } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { Refusal } from '#libs/kernel';

export interface FieldError {
  /** Path of the field: `administrator.email`. */
  readonly field: string;
  readonly message: string;
}

/** Makes an instance of a command or query from outside data. Throws `request.invalid`, listing each field. */
export function validated<T extends object>(type: ClassConstructor<T>, fields: unknown): T {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw invalid([{ field: '', message: 'must be a JSON object' }]);
  }
  const unsafe = unsafeFields(fields);
  if (unsafe.length) throw invalid(unsafe);
  const instance = plainToInstance(type, fields);
  const errors = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: false });
  if (errors.length) throw invalid(errors.flatMap((error) => listed(error)));
  return instance;
}

/** How deep a body may nest; ours need three. */
const deepest = 20;

/**
 * What `plainToInstance` does not refuse: it drops names that every object has (`constructor`, `__proto__`) without a
 * word, and its recursion overflows the stack.
 */
function unsafeFields(value: unknown, path = '', depth = 0): FieldError[] {
  if (typeof value !== 'object' || value === null) return [];
  if (depth > deepest) return [{ field: path.split('.', 1)[0]!, message: 'is nested too deep' }];
  return Object.entries(value).flatMap(([name, inner]) =>
    name in Object.prototype
      ? [{ field: path + name, message: `property ${name} should not exist` }]
      : unsafeFields(inner, `${path}${name}.`, depth + 1),
  );
}

export const invalid = (errors: readonly FieldError[]) =>
  new Refusal('request.invalid', 'invalid', 'The request has fields that can not be used.', [], { errors });

function listed({ property, constraints = {}, children = [], value }: ValidationError, prefix = ''): FieldError[] {
  const field = prefix + property;
  const messages = value === undefined ? [`${property} is missing`] : Object.values(constraints);
  return [
    ...messages.map((message) => ({ field, message })),
    ...children.flatMap((child) => listed(child, `${field}.`)),
  ];
}

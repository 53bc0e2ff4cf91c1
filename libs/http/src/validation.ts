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
  const instance = plainToInstance(type, fields);
  const errors = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: false });
  if (errors.length) throw invalid(errors.flatMap((error) => listed(error)));
  return instance;
}

export const invalid = (errors: readonly FieldError[]) =>
  new Refusal('request.invalid', 'invalid', 'The request has fields that can not be used.', [], { errors });

function listed({ property, constraints = {}, children = [] }: ValidationError, prefix = ''): FieldError[] {
  const field = prefix + property;
  return [
    ...Object.values(constraints).map((message) => ({ field, message })),
    ...children.flatMap((child) => listed(child, `${field}.`)),
  ];
}

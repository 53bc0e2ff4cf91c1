import type { Type } from '@nestjs/common';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import * as classValidator from 'class-validator';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import type { ApiTypes, Schema, Schemas } from './types.js';

const { IS_OPTIONAL, ValidationTypes, getMetadataStorage } = classValidator;

/** The names of class-validator's own checks. All others are ours: the schema describes them in words. */
const standardChecks = new Set<unknown>(Object.values(classValidator).filter((value) => typeof value === 'string'));

/** Schemas of our checks that have one, and of standard ones whose usual schema says something else than the check. */
const converters = {
  [ValidationTypes.CUSTOM_VALIDATION]: {},
  // `IsOptional` allows null, our own `Optional` does not.
  [ValidationTypes.CONDITIONAL_VALIDATION]: ({ name }: { name?: string | undefined }) =>
    name === IS_OPTIONAL ? { nullable: true } : {},
  isEmail: { type: 'string', format: 'idn-email' },
  isCountry: { type: 'string', pattern: '^[A-Z]{2}$' },
  isId: { type: 'string', format: 'uuid' },
  isMoment: { type: 'string' },
  isSubjectId: { type: 'string' },
  isTimeZone: { type: 'string' },
  isIp: { type: 'string', description: 'An IPv4 or IPv6 address.' },
  isIso8601: { type: 'string', format: 'date-time' },
} as const;

/** Returns the schema of a command or query, and adds those of its nested classes to `schemas`. */
export function requestSchema(type: Type, { comments }: ApiTypes, schemas: Schemas): Schema {
  const schema = targetConstructorToSchema(type, {
    classTransformerMetadataStorage: defaultMetadataStorage,
    refPointerPrefix: '#/components/schemas/',
    additionalConverters: converters,
  }) as Schema;
  const properties = Object.entries(schema.properties ?? {}).map(([name, field]): [string, Schema] => {
    const plain = withoutTypeBesideRef(field as Schema);
    const comment = comments[type.name]?.fields[name];
    const description = [comment?.description, (field as Schema).description, ...checksInWords(type, name)]
      .filter(Boolean)
      .join(' ');
    for (const nested of nestedClasses(type, name))
      schemas[nested.name] ??= requestSchema(nested, { comments } as ApiTypes, schemas);
    return [
      name,
      {
        ...('$ref' in plain && description ? { allOf: [plain] } : plain),
        ...(description && { description }),
        ...(comment?.deprecated && { deprecated: true }),
      },
    ];
  });
  const description = comments[type.name]?.description;
  return { ...(description && { description }), ...schema, properties: Object.fromEntries(properties) };
}

/** `$ref` allows no keyword beside it. */
function withoutTypeBesideRef(field: Schema): Schema {
  const items = field.items && withoutTypeBesideRef(field.items as Schema);
  return '$ref' in field ? ({ $ref: field.$ref } as Schema) : { ...field, ...(items && { items }) };
}

/** Returns a sentence for each check of a field that a schema can not express. */
function checksInWords(type: Type, field: string): string[] {
  const checks = getMetadataStorage()
    .getTargetValidationMetadatas(type, '', false, false)
    .filter(({ propertyName, name }) => propertyName === field && name && !standardChecks.has(name));
  return checks.flatMap(({ constraintCls, name }) => {
    if (name === 'isId') return [];
    const constraint = new (constraintCls as Type<classValidator.ValidatorConstraintInterface>)();
    const message = constraint.defaultMessage?.({ property: field } as classValidator.ValidationArguments) ?? '';
    return message
      ? [`${message.replace(/(?:each value in )?\$property/, 'It').replace(/^./, (first) => first.toUpperCase())}.`]
      : [];
  });
}

const nestedClasses = (type: Type, field: string): Type[] => {
  const metadata = defaultMetadataStorage?.findTypeMetadata(type, field) as
    { typeFunction?: () => unknown } | undefined;
  const nested = metadata?.typeFunction?.();
  return typeof nested === 'function' && String(nested).startsWith('class') ? [nested as Type] : [];
};

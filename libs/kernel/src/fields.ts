// class-transformer's decorators need it wherever the classes of commands and queries are loaded.
import 'reflect-metadata';
import { Transform } from 'class-transformer';
import {
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsString,
  Length,
  ValidateBy,
  ValidateIf,
  isISO31661Alpha2,
  type ValidationOptions,
} from 'class-validator';
import { hasVisibleCharacter, normalizeSpaces } from './text.js';
import { isCalendarDate, isTimeZone, parseTime } from './time.js';

const compose =
  (...decorators: PropertyDecorator[]): PropertyDecorator =>
  (target, property) =>
    decorators.forEach((decorate) => decorate(target, property));

/** Property decorator: a text that `isValid` accepts. */
const field = (
  name: string,
  isValid: (text: string) => boolean,
  message: string,
  options: ValidationOptions = {},
): PropertyDecorator =>
  ValidateBy(
    {
      name,
      validator: { validate: (value) => typeof value === 'string' && isValid(value), defaultMessage: () => message },
    },
    options,
  );

const isLine = (text: string): boolean =>
  hasVisibleCharacter(text) && !/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\u202A-\u202E\u2066-\u2069\uFFFD]/u.test(text);

/**
 * Property decorator: one line of text with at most `max` UTF-16 units and at least one visible character. Runs of spaces
 * become one space. Refused are control characters, characters that change the reading direction, and U+FFFD.
 */
export const Line = (max: number) =>
  compose(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? normalizeSpaces(value) : value)),
    IsString(),
    Length(1, max),
    field('isLine', isLine, '$property must show something, and hold no control characters or damaged ones'),
  );

/** Property decorator: the field may be absent, but not `null`, which `IsOptional` accepts. */
export const Optional = () => ValidateIf((_, value) => value !== undefined);

/** Property decorator: the field is refused if one of these fields is given, too. */
export const NotTogetherWith = (...others: readonly string[]) =>
  ValidateBy({
    name: 'notTogetherWith',
    validator: {
      validate: (_, at) => others.every((other) => (at!.object as Record<string, unknown>)[other] === undefined),
      defaultMessage: () => `$property must not be given together with ${others.join(' or ')}`,
    },
  });

/** Property decorator: a query parameter that may be repeated; the value is always an array. */
export const Several = () =>
  compose(
    Transform(({ value }: { value: unknown }) => (value === undefined || Array.isArray(value) ? value : [value])),
    IsArray(),
  );

/** Property decorator: a boolean, which a query string writes as `true` or `false`. */
export const Flag = () =>
  compose(
    Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value)),
    IsBoolean(),
  );

/** Property decorator: the caller's reason; optional, encrypted in the log. */
export const Reason = () => compose(Optional(), Line(500));

/** XK is Kosovo, which has no code in ISO 3166-1. */
const isCountry = (text: string): boolean => /^[A-Z]{2}$/.test(text) && (text === 'XK' || isISO31661Alpha2(text));

/** Property decorator: a country, ISO 3166-1 alpha-2 in upper case, or XK. */
export const Country = () =>
  field('isCountry', isCountry, '$property must be a country: two letters of ISO 3166-1 in upper case, or XK');

/** Parses an RFC 3339 time whose seconds may be left out. */
const timeOf = (text: string) => parseTime(text.replace(/^(.{11}\d\d:\d\d)(?=[Zz+-])/, '$1:00'));

const isMoment = (text: string): boolean => isCalendarDate(text) || timeOf(text) !== undefined;

/** Property decorator: a time with a zone, or a date, which means its first moment in UTC. */
export const Moment = () =>
  field('isMoment', isMoment, '$property must be a date, or a time with a zone like 2026-01-31T12:00:00Z');

/** Converts a value of {@link Moment} to Unix ms, rounded up. */
export function momentToMs(moment: string): number {
  const time = timeOf(moment);
  return time ? time.ms + (time.isExact ? 0 : 1) : Date.parse(`${moment}T00:00:00Z`);
}

/** Property decorator: a time zone of the IANA database, like `Europe/Warsaw`. */
export const TimeZone = () => field('isTimeZone', isTimeZone, '$property must be a time zone like Europe/Warsaw');

/** Property decorator: a UUID; upper case is converted to lower case. */
export const Id = () =>
  compose(
    Transform(({ value }: { value: unknown }) => lowerCase(value)),
    field('isId', isId, '$property must be an id'),
  );

/** Property decorator: an array of different UUIDs. */
export const Ids = () =>
  compose(
    Transform(({ value }: { value: unknown }) => (Array.isArray(value) ? value.map(lowerCase) : value)),
    IsArray(),
    ArrayUnique(),
    field('isId', isId, 'each value in $property must be an id', { each: true }),
  );

const lowerCase = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value);

/** Returns whether a text is a UUID in lower case. */
export const isId = (text: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

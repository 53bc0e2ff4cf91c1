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
import { showsSomething, tidySpaces } from './text.js';
import { isCalendarDate, isTimeZone, parseTime } from './time.js';

const compose =
  (...decorators: PropertyDecorator[]): PropertyDecorator =>
  (target, property) =>
    decorators.forEach((decorate) => decorate(target, property));

/** A text that a function checks. */
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
  showsSomething(text) && !/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\u202A-\u202E\u2066-\u2069\uFFFD]/u.test(text);

/**
 * A line of text with its spaces tidied, at most `max` UTF-16 units: it shows something, and has no control characters, none
 * that turn the reading direction of what follows, and none that were damaged on the way (U+FFFD).
 */
export const Line = (max: number) =>
  compose(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? tidySpaces(value) : value)),
    IsString(),
    Length(1, max),
    field('isLine', isLine, '$property must show something, and hold no control characters or damaged ones'),
  );

/** May be absent, but not `null` (which `IsOptional` lets pass). */
export const Optional = () => ValidateIf((_, value) => value !== undefined);

/** Said once or several times in a query; a list either way. */
export const Several = () =>
  compose(
    Transform(({ value }: { value: unknown }) => (value === undefined || Array.isArray(value) ? value : [value])),
    IsArray(),
  );

/** A yes or no, which in a query string is the word `true` or `false`. */
export const Flag = () =>
  compose(
    Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value)),
    IsBoolean(),
  );

/** Why somebody did it: optional, shown to auditors, sealed in the log. */
export const Reason = () => compose(Optional(), Line(500));

/** Kosovo has a code of its own making. */
const isCountry = (text: string): boolean => /^[A-Z]{2}$/.test(text) && (text === 'XK' || isISO31661Alpha2(text));

/** ISO 3166-1 alpha-2 in upper case, or XK. */
export const Country = () =>
  field('isCountry', isCountry, '$property must be a country: two letters of ISO 3166-1 in upper case, or XK');

/** RFC 3339, where the seconds may be left out. */
const timeOf = (text: string) => parseTime(text.replace(/^(.{11}\d\d:\d\d)(?=[Zz+-])/, '$1:00'));

const isMoment = (text: string): boolean => isCalendarDate(text) || timeOf(text) !== undefined;

/** A date, which is its first moment in UTC, or a time with a zone; without one it would mean another time on another machine. */
export const Moment = () =>
  field('isMoment', isMoment, '$property must be a date, or a time with a zone like 2026-01-31T12:00:00Z');

/** The first millisecond that is not before what {@link Moment} takes, Unix ms. */
export function notBefore(moment: string): number {
  const time = timeOf(moment);
  return time ? time.ms + (time.isExact ? 0 : 1) : Date.parse(`${moment}T00:00:00Z`);
}

/** A time zone of the IANA database, like `Europe/Warsaw`. */
export const TimeZone = () => field('isTimeZone', isTimeZone, '$property must be a time zone like Europe/Warsaw');

/** A UUID in lower case; taken in either. */
export const Id = () =>
  compose(
    Transform(({ value }: { value: unknown }) => lowerCase(value)),
    field('isId', isId, '$property must be an id'),
  );

/** UUIDs, all different. */
export const Ids = () =>
  compose(
    Transform(({ value }: { value: unknown }) => (Array.isArray(value) ? value.map(lowerCase) : value)),
    IsArray(),
    ArrayUnique(),
    field('isId', isId, 'each value in $property must be an id', { each: true }),
  );

const lowerCase = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value);

/** Whether a text is an id as Rollbook writes it. */
export const isId = (text: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

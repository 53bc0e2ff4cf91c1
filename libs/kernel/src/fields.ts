import { Transform } from 'class-transformer';
import { IsArray, IsBoolean, IsIn, IsISO31661Alpha2, IsISO8601, IsString, IsUppercase, Length, Matches, ValidateBy, ValidateIf, isISO8601 } from 'class-validator';
import { showsSomething, tidySpaces } from './text.js';

const compose =
  (...decorators: PropertyDecorator[]): PropertyDecorator =>
  (target, property) => decorators.forEach((decorate) => decorate(target, property));

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
    ValidateBy({
      name: 'isLine',
      validator: { validate: (value) => typeof value === 'string' && isLine(value), defaultMessage: () => '$property must show something, and hold no control characters or damaged ones' },
    }),
  );

/** May be absent, but not `null` (which `IsOptional` lets pass). */
export const Optional = () => ValidateIf((_, value) => value !== undefined);

/** Said once or several times in a query; a list either way. */
export const Several = () => compose(Transform(({ value }: { value: unknown }) => (value === undefined || Array.isArray(value) ? value : [value])), IsArray());

/** A yes or no, which in a query string is the word `true` or `false`. */
export const Flag = () =>
  compose(
    Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value)),
    IsBoolean(),
  );

/** Why somebody did it: optional, shown to auditors, sealed in the log. */
export const Reason = () => compose(Optional(), Line(500));

/** ISO 3166-1 alpha-2, upper case. */
export const Country = () => compose(IsUppercase(), IsISO31661Alpha2());

const moment = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** ISO 8601: a date, which is its first moment in UTC, or a time with a zone; without one it would mean another time on another machine. */
export const Moment = () =>
  compose(
    IsISO8601({ strict: true }),
    Matches(moment, { message: '$property must be a date, or a time with a zone like 2026-01-31T12:00:00Z' }),
  );

/** Whether a text is what {@link Moment} takes. */
export const isMoment = (text: string): boolean => moment.test(text) && isISO8601(text, { strict: true });

/** The languages that Rollbook speaks. */
export const languages = ['en', 'es', 'de', 'pl'] as const;
export type Language = (typeof languages)[number];
export const SpokenLanguage = () => IsIn(languages);

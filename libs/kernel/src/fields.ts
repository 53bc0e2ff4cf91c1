import { IsIn, IsISO31661Alpha2, IsString, IsUppercase, Length, Matches, ValidateIf } from 'class-validator';

const compose =
  (...decorators: PropertyDecorator[]): PropertyDecorator =>
  (target, property) => decorators.forEach((decorate) => decorate(target, property));

/** A line of text: not blank, no control characters, at most `max` UTF-16 units. */
export const Line = (max: number) =>
  compose(
    IsString(),
    Length(1, max),
    Matches(/^(?=.*\S)[^\p{Cc}\p{Cs}]+$/u, { message: '$property must not be blank or hold control characters' }),
  );

/** May be absent, but not `null` (which `IsOptional` lets pass). */
export const Optional = () => ValidateIf((_, value) => value !== undefined);

/** Why somebody did it: optional, shown to auditors, sealed in the log. */
export const Reason = () => compose(Optional(), Line(500));

/** ISO 3166-1 alpha-2, upper case. */
export const Country = () => compose(IsUppercase(), IsISO31661Alpha2());

/** The languages that Rollbook speaks. */
export const languages = ['en', 'es', 'de', 'pl'] as const;
export type Language = (typeof languages)[number];
export const SpokenLanguage = () => IsIn(languages);

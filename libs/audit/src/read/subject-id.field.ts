import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';
import { toCanonicalDomain } from '#libs/accounts';
import { isId } from '#libs/kernel';

/**
 * Property decorator: the id of a subject of the audit trail, a UUID or an e-mail domain. Converts it to the form in which it
 * is recorded: lower case, the domain in IDNA ASCII.
 */
export function SubjectId(): PropertyDecorator {
  const message = '$property must be an id or a domain';
  const isSubject = (value: unknown) => typeof value === 'string' && canonical(value) === value;
  const validate = ValidateBy({
    name: 'isSubjectId',
    validator: { validate: isSubject, defaultMessage: () => message },
  });
  const transform = Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? (canonical(value) ?? value) : value,
  );
  return (target, property) => [transform, validate].forEach((decorate) => decorate(target, property));
}

function canonical(text: string): string | undefined {
  if (isId(text.toLowerCase())) return text.toLowerCase();
  try {
    return toCanonicalDomain(text);
  } catch {
    return undefined;
  }
}

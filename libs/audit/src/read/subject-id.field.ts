import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';
import { toCanonicalDomain } from '#libs/accounts';
import { isId } from '#libs/kernel';

/** A UUID or a domain as the trail has it; taken in any case, and a domain in any script. */
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

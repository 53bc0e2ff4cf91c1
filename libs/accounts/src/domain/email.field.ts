import { ValidateBy, buildMessage, isEmail } from 'class-validator';

/** An e-mail address in any script. */
export const Email = (): PropertyDecorator =>
  ValidateBy({
    name: 'isEmail',
    validator: {
      // `isEmail` throws on half a surrogate pair, and takes control characters between quotes.
      validate: (value) => typeof value === 'string' && value.isWellFormed() && !/\p{Cc}/u.test(value) && isEmail(value),
      defaultMessage: buildMessage((each) => `${each}$property must be an email`),
    },
  });

import { ValidateBy, buildMessage } from 'class-validator';
import { isMailAddress, isTypedAddress } from './mail-address.js';

const addressField = (isValid: (text: string) => boolean, message: string): PropertyDecorator =>
  ValidateBy({
    name: 'isEmail',
    validator: {
      validate: (value) => typeof value === 'string' && isValid(value),
      defaultMessage: buildMessage((each) => `${each}$property ${message}`),
    },
  });

/** An e-mail address to record, in any script. */
export const Email = () =>
  addressField(isMailAddress, 'must be an e-mail address without spaces, invisible characters, quotes or routes');

/** An e-mail address to look a user up by: also one that is no longer recorded. */
export const KnownEmail = () => addressField(isTypedAddress, 'must be an email');

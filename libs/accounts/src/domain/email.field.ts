import { ValidateBy, buildMessage } from 'class-validator';
import { isMailAddress, isRecordedAddress } from './mail-address.js';

const addressField = (isValid: (text: string) => boolean, message: string): PropertyDecorator =>
  ValidateBy({
    name: 'isEmail',
    validator: {
      validate: (value) => typeof value === 'string' && isValid(value),
      defaultMessage: buildMessage((each) => `${each}$property ${message}`),
    },
  });

/** Property decorator: an e-mail address to record, in any script. */
export const Email = () =>
  addressField(isMailAddress, 'must be an e-mail address without spaces, invisible characters, quotes or routes');

/** Property decorator: an e-mail address to find a user by, which may be of a form that is refused today. */
export const KnownEmail = () => addressField(isRecordedAddress, 'must be an email');

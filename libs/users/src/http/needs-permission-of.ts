import { Needs } from '#libs/http';
import { permissionFor, type UserCommandClass } from '../domain/user.acts.js';

/** Declares that a route needs the permission of this command's act. */
export const NeedsPermissionOf = (command: UserCommandClass) => Needs(permissionFor(command));

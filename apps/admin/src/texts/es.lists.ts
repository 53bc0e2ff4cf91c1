import type { lists as english } from './en.lists';
import type { Texts } from './texts';

export const lists: Texts<never, typeof english> = {
  lockCause: {
    administrator: 'por un administrador',
    failedLogins: 'tras accesos fallidos',
    unaffiliated: 'al dejar la cuenta',
    dormant: 'mucho tiempo sin entrar',
  },
};

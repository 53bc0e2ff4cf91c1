import type { lists as english } from './en.lists';
import type { Texts } from './texts';

export const lists: Texts<'few' | 'many', typeof english> = {
  lockCause: {
    administrator: 'przez administratora',
    failedLogins: 'po nieudanych logowaniach',
    unaffiliated: 'przy odejściu z konta',
    dormant: 'długo bez logowania',
  },
};

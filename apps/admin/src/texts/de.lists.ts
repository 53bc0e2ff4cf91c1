import type { lists as english } from './en.lists';
import type { Texts } from './texts';

export const lists: Texts<never, typeof english> = {
  lockCause: {
    administrator: 'von einem Administrator',
    failedLogins: 'nach fehlgeschlagenen Anmeldungen',
    unaffiliated: 'beim Verlassen des Kontos',
    dormant: 'lange nicht angemeldet',
  },
};

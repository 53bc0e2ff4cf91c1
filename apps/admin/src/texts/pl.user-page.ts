import type { userPage as english } from './en.user-page';
import type { Texts } from './texts';

/** The texts of a user's page: what it shows now and at an earlier moment. */
export const userPage: Texts<never, typeof english> = {
  copyId: { copy: 'Kopiuj: {{label}}', copied: 'Skopiowano' },
  replay: {
    title: 'Zmiany w czasie',
    slider: 'Pokazywana zmiana',
    revision: 'Zmiana {{revision}} z {{last}}',
    change: '„{{action}}” – {{name}}, {{date}}',
    earlier: 'Zmiana wcześniej',
    later: 'Zmiana później',
    asOf: 'Stan z',
    show: 'Pokaż',
    showMoment: 'Pokaż użytkownika po tej zmianie',
    at: 'Stan z {{date}}',
    after: 'Stan z {{date}}: po „{{action}}” – {{name}}',
    latest: 'Teraz. Ostatnia zmiana: „{{action}}” – {{name}}, {{date}}',
    latestThen: 'Ostatnia zmiana przedtem: „{{action}}” – {{name}}, {{date}}',
    now: 'Wróć do teraz',
    changed: 'Zmieniono',
    shown: 'Pokazane',
    before: 'Przedtem:',
    nowIs: 'Teraz:',
    notHere: 'Wtedy to konto nie miało z użytkownikiem nic wspólnego.',
  },
  userPage: {
    tamperedTitle: 'Zapisy tego użytkownika zostały zmienione z zewnątrz',
    tampered:
      'Ktoś zmienił, usunął lub dodał wpisy w dzienniku tego użytkownika z pominięciem Rollbooka, dlatego wyświetlane dane mogą być błędne. Zmiany będą możliwe dopiero po sprawdzeniu przez operatora.',
    actions: 'Co możesz zrobić',
    more: 'Więcej',
    details: 'Szczegóły',
    userId: 'Identyfikator użytkownika',
    changeRoles: 'Zmień role',
    lockedBy: 'Zablokowany od {{date}} – {{name}}',
    pendingSince: 'Czeka na zatwierdzenie od {{date}}',
    pendingDomain: 'Adres należy do domeny konta {{domain}}.',
    formerSince: '{{status}} {{date}} – {{name}}',
    entitlementsEnded: 'Uprawnienia zachowane do {{date}}',
    changeTitle: 'Zmień: {{name}}',
    changed: 'Zmiany zapisano: {{name}}.',
    adopted:
      'Ktoś inny zmienił to w międzyczasie. Pola, których nie zmieniono tutaj, pokazują nowe wartości; zapisz jeszcze raz, aby zachować także swoje zmiany.',
    theirs: 'Ktoś inny wpisał tutaj: {{value}}',
  },
};

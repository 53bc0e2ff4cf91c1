import type { lists as english } from './en.lists';
import type { Texts } from './texts';

export const lists: Texts<'few' | 'many', typeof english> = {
  lockCause: {
    administrator: 'przez administratora',
    failedLogins: 'po nieudanych logowaniach',
    unaffiliated: 'przy odejściu z konta',
    dormant: 'długo bez logowania',
  },
  list: {
    slow: 'Serwer odpowiada wolniej niż zwykle. Wiersze pojawią się, gdy tylko odpowie.',
    waitingTime: 'Czas oczekiwania',
  },
  userList: {
    count_one: '{{count, number}} użytkownik',
    count_few: '{{count, number}} użytkowników',
    count_many: '{{count, number}} użytkowników',
    count_other: '{{count, number}} użytkownika',
    countOf_one: '{{matching, number}} z {{count, number}} użytkownika',
    countOf_few: '{{matching, number}} z {{count, number}} użytkowników',
    countOf_many: '{{matching, number}} z {{count, number}} użytkowników',
    countOf_other: '{{matching, number}} z {{count, number}} użytkownika',
    atLeast_one: 'Ponad {{count, number}} użytkownik',
    atLeast_few: 'Ponad {{count, number}} użytkowników',
    atLeast_many: 'Ponad {{count, number}} użytkowników',
    atLeast_other: 'Ponad {{count, number}} użytkownika',
    byStatus: 'Użytkownicy według statusu',
    noneMatches: 'Żaden użytkownik nie pasuje do „{{search}}”.',
    noneFits: 'Żaden użytkownik nie pasuje do tych filtrów.',
    searchedAmong: 'Szukano tylko wśród użytkowników o statusie: {{statuses}}.',
    searchFormer: 'Szukaj też wśród usuniętych i byłych użytkowników',
    searchAll: 'Szukaj wśród wszystkich użytkowników',
    withoutFilters: 'Szukaj bez filtrów',
    clearSearch: 'Wyczyść wyszukiwanie',
  },
  firstSteps: {
    title: 'Pierwsze kroki',
    add: 'Dodaj osoby, które tu pracują. Każda dostanie wiadomość z linkiem do ustawienia hasła.',
    administrator: 'Nadaj drugiej osobie rolę Administrator, aby konto nie zależało tylko od Ciebie.',
    addButton: 'Dodaj pierwszych użytkowników',
    domains:
      'Sprawdź domeny e-mail konta. Osoby, które zarejestrują się z takim adresem, czekają tu na Twoją akceptację.',
    domainsLink: 'Sprawdź domeny',
    token: 'Wydaj token dostępu, jeśli program ma zarządzać użytkownikami.',
  },
};

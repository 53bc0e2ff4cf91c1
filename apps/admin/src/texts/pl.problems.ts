import type { problems as english } from './en.problems';
import type { Texts } from './texts';

export const problems: Texts<never, typeof english> = {
  user: {
    'not-found': 'W tym koncie nie ma takiego użytkownika.',
    'not-active': 'Użytkownik nie jest aktywnym członkiem tego konta.',
    'not-pending': 'Użytkownik nie czeka na akceptację.',
    'not-unaffiliated': 'Użytkownika nie można teraz dodać.',
    'not-restorable': 'To konto nie usunęło użytkownika w ostatnich 30 dniach albo był on od tego czasu w innym.',
    'already-in-account': 'Użytkownik jest już w tym koncie.',
    'in-another-account': 'Użytkownik jest w innym koncie: poproś, by zajrzał do swojego profilu.',
    'exists-unaffiliated': 'Użytkownik istnieje i nie jest w żadnym koncie.',
    'outside-domain': 'Użytkownik istnieje, a domena jego adresu nie należy do tego konta.',
    'outranks-caller': 'Tylko administrator konta może to zrobić administratorowi konta.',
    self: 'Nikt nie blokuje, nie usuwa ani nie degraduje samego siebie.',
    exists: 'Jest już użytkownik z tym adresem.',
    locked: 'Użytkownik jest zablokowany.',
    'email-invalid': 'To nie jest adres e-mail.',
  },
  account: {
    'last-administrator': 'To ostatni administrator konta.',
    'not-found': 'Nie ma takiego konta.',
    'not-opened': 'Nie udało się utworzyć konta.',
  },
  domain: {
    'owned-by-another': 'Domena tego adresu należy do innego konta.',
    invalid: 'Taka domena nie może do nikogo należeć.',
  },
  role: { 'not-grantable': 'Nikt nie daje ani nie odbiera roli, która może więcej niż on sam.' },
  login: { failed: 'Adres e-mail lub hasło są nieprawidłowe.' },
  link: { 'not-valid': 'Link został użyty, wygasł albo wysłano nowszy.' },
  password: { weak: 'Wybierz inne hasło.', wrong: 'Obecne hasło jest nieprawidłowe.' },
  session: { 'not-found': 'Tej sesji już nie ma.' },
  token: {
    'not-found': 'Nie ma takiego tokenu dostępu.',
    'scope-not-held': 'Nikt nie daje tego, czego sam nie może.',
    'expiry-invalid': 'Musi wygasnąć później niż teraz i najwyżej za 400 dni.',
    'holder-not-allowed': 'Twoje role nie pozwalają na taki token.',
  },
  at: { invalid: 'Tego momentu nie można pokazać.' },
  access: {
    throttled: 'Za dużo prób. Poczekaj {{seconds}} s.',
    forbidden: 'Twoje role na to nie pozwalają.',
    unauthenticated: 'Sesja się skończyła.',
  },
  request: { invalid: 'Niektórych pól nie można tak użyć.', 'not-utf8': 'Tekst nie został wysłany w UTF-8.' },
  revision: { stale: 'Ktoś inny zmienił to w międzyczasie.' },
  projections: { behind: 'Listy jeszcze się aktualizują. Spróbuj za chwilę.' },
  'event-store': { unavailable: 'Magazyn zdarzeń nie odpowiada. Spróbuj za chwilę.' },
  'read-store': { unavailable: 'Magazyn list nie odpowiada. Spróbuj za chwilę.' },
  server: { error: 'Coś poszło nie tak na serwerze; zostało to odnotowane.' },
};

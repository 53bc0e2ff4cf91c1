import type { problems as english } from './en.problems';
import type { Texts } from './texts';

export const problems: Texts<never, typeof english> = {
  user: {
    'not-found': 'Diesen Benutzer gibt es in diesem Konto nicht.',
    'not-active': 'Der Benutzer ist kein aktives Mitglied dieses Kontos.',
    'not-pending': 'Der Benutzer wartet nicht auf Freigabe.',
    'not-unaffiliated': 'Der Benutzer ist nicht frei, um aufgenommen zu werden.',
    'not-restorable':
      'Der Benutzer wurde nicht in den letzten 30 Tagen von diesem Konto gelöscht, oder war seitdem in einem anderen.',
    'already-in-account': 'Der Benutzer ist schon in diesem Konto.',
    'in-another-account': 'Der Benutzer ist in einem anderen Konto: bitten Sie ihn, in sein Profil zu sehen.',
    'exists-unaffiliated': 'Den Benutzer gibt es; er ist in keinem Konto.',
    'outside-domain': 'Den Benutzer gibt es, und die Domain der Adresse gehört nicht diesem Konto.',
    'outranks-caller': 'Nur ein Konto-Administrator darf das mit einem Konto-Administrator tun.',
    self: 'Niemand sperrt, löscht oder entmachtet sich selbst.',
    exists: 'Es gibt schon einen Benutzer mit dieser Adresse.',
    locked: 'Der Benutzer ist gesperrt.',
    'email-invalid': 'Das ist keine E-Mail-Adresse.',
  },
  account: {
    'last-administrator': 'Das ist der letzte Administrator des Kontos.',
    'not-found': 'Dieses Konto gibt es nicht.',
    'not-opened': 'Das Konto konnte nicht angelegt werden.',
  },
  domain: {
    'owned-by-another': 'Die Domain dieser Adresse gehört einem anderen Konto.',
    invalid: 'Diese Domain kann niemandem gehören.',
  },
  role: { 'not-grantable': 'Niemand gibt oder nimmt eine Rolle, die mehr darf als er selbst.' },
  login: { failed: 'Die E-Mail-Adresse oder das Passwort ist falsch.' },
  link: { 'not-valid': 'Der Link ist benutzt oder abgelaufen, oder es gibt einen neueren.' },
  password: { weak: 'Wählen Sie ein anderes Passwort.', wrong: 'Das bisherige Passwort ist falsch.' },
  session: { 'not-found': 'Diese Sitzung gibt es nicht mehr.' },
  token: {
    'not-found': 'Dieses Zugangstoken gibt es nicht.',
    'scope-not-held': 'Niemand gibt weiter, was er selbst nicht darf.',
    'expiry-invalid': 'Es muss später als jetzt und in höchstens 400 Tagen ablaufen.',
    'holder-not-allowed': 'Ihre Rollen erlauben kein Token dieser Art.',
    'outlives-issuer': 'Ein Token stellt keines aus, das länger gilt als es selbst.',
    wrong: 'Mit diesem Zugangstoken haben Sie sich nicht angemeldet.',
  },
  at: { invalid: 'Diesen Moment kann man nicht zeigen.' },
  access: {
    throttled: 'Zu viele Versuche. Warten Sie {{seconds}} Sekunden.',
    forbidden: 'Ihre Rollen erlauben das nicht.',
    unauthenticated: 'Sie sind nicht mehr angemeldet.',
    reauthenticate: 'Dafür ist noch einmal Ihr Passwort nötig.',
  },
  request: { invalid: 'Einige Felder lassen sich so nicht verwenden.', 'not-utf8': 'Der Text kam nicht in UTF-8 an.' },
  revision: { stale: 'Jemand anders hat das inzwischen geändert.' },
  log: { tampered: 'Das Protokoll dazu wurde an Rollbook vorbei verändert. Ein Betreiber muss es prüfen.' },
  projections: {
    behind: 'Die Listen holen noch auf. Versuchen Sie es gleich noch einmal.',
    building: 'Die Listen werden gerade aufgebaut. Versuchen Sie es in einigen Minuten noch einmal.',
  },
  storage: { full: 'Der Speicher des Servers ist voll: Nichts lässt sich speichern, bis dort Platz ist.' },
  'event-store': { unavailable: 'Der Ereignisspeicher antwortet nicht. Versuchen Sie es gleich noch einmal.' },
  'read-store': { unavailable: 'Der Speicher der Listen antwortet nicht. Versuchen Sie es gleich noch einmal.' },
  server: { error: 'Auf dem Server ist etwas schiefgegangen; es ist vermerkt.' },
};

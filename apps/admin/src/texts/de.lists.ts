import type { lists as english } from './en.lists';
import type { Texts } from './texts';

export const lists: Texts<never, typeof english> = {
  lockCause: {
    administrator: 'von einem Administrator',
    failedLogins: 'nach fehlgeschlagenen Anmeldungen',
    unaffiliated: 'beim Verlassen des Kontos',
    dormant: 'lange nicht angemeldet',
  },
  list: {
    slow: 'Der Server braucht länger als sonst. Die Zeilen erscheinen, sobald er antwortet.',
    waitingTime: 'Wartezeit',
  },
  userList: {
    count_one: '{{count, number}} Benutzer',
    count_other: '{{count, number}} Benutzer',
    countOf_one: '{{matching, number}} von {{count, number}} Benutzer',
    countOf_other: '{{matching, number}} von {{count, number}} Benutzern',
    atLeast_one: 'Mehr als {{count, number}} Benutzer',
    atLeast_other: 'Mehr als {{count, number}} Benutzer',
    byStatus: 'Benutzer nach Status',
    noneMatches: 'Kein Benutzer passt zu „{{search}}“.',
    noneFits: 'Kein Benutzer passt zu diesen Filtern.',
    searchedAmong: 'Gesucht wurde nur unter Benutzern mit diesem Status: {{statuses}}.',
    searchFormer: 'Auch gelöschte und frühere Benutzer suchen',
    searchAll: 'Alle Benutzer durchsuchen',
    withoutFilters: 'Ohne Filter suchen',
    clearSearch: 'Suche leeren',
  },
  firstSteps: {
    title: 'Erste Schritte',
    add: 'Fügen Sie die Personen hinzu, die hier arbeiten. Jede bekommt eine Mail mit einem Link, um ein Passwort zu setzen.',
    administrator:
      'Geben Sie einer zweiten Person die Rolle Administrator, damit das Konto nicht allein von Ihnen abhängt.',
    addButton: 'Die ersten Benutzer hinzufügen',
    domains:
      'Prüfen Sie die E-Mail-Domains des Kontos. Wer sich mit einer solchen Adresse registriert, wartet hier auf Ihre Freigabe.',
    domainsLink: 'Domains prüfen',
    token: 'Stellen Sie ein Zugangstoken aus, wenn ein Programm Benutzer verwalten soll.',
  },
};

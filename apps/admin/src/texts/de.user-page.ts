import type { userPage as english } from './en.user-page';
import type { Texts } from './texts';

/** The texts of a user's page: what it shows now and at an earlier moment. */
export const userPage: Texts<never, typeof english> = {
  copyId: { copy: 'Kopieren: {{label}}', copied: 'Kopiert' },
  replay: {
    title: 'Änderungen im Lauf der Zeit',
    slider: 'Änderung, die gezeigt wird',
    revision: 'Änderung {{revision}} von {{last}}',
    change: '„{{action}}“ von {{name}}, {{date}}',
    earlier: 'Eine Änderung früher',
    later: 'Eine Änderung später',
    asOf: 'Stand vom',
    show: 'Zeigen',
    showMoment: 'Den Benutzer nach dieser Änderung zeigen',
    at: 'Stand vom {{date}}',
    after: 'Stand vom {{date}}: nach „{{action}}“ von {{name}}',
    latest: 'Jetzt. Letzte Änderung: „{{action}}“ von {{name}}, {{date}}',
    latestThen: 'Letzte Änderung davor: „{{action}}“ von {{name}}, {{date}}',
    now: 'Zurück zu jetzt',
    changed: 'Geändert',
    shown: 'Gezeigt',
    before: 'Vorher:',
    nowIs: 'Jetzt:',
    notHere: 'Damals hatte dieses Konto mit dem Benutzer nichts zu tun.',
  },
  userPage: {
    tamperedTitle: 'Die Aufzeichnungen zu diesem Benutzer wurden von außen verändert',
    tampered:
      'Jemand hat im Protokoll dieses Benutzers an Rollbook vorbei Einträge verändert, entfernt oder hinzugefügt. Was hier steht, kann deshalb falsch sein. Erst wenn ein Betreiber das geprüft hat, lässt sich wieder etwas ändern.',
    actions: 'Was Sie tun können',
    more: 'Mehr',
    details: 'Einzelheiten',
    userId: 'Benutzer-ID',
    changeRoles: 'Rollen ändern',
    lockedBy: 'Gesperrt seit {{date}} von {{name}}',
    pendingSince: 'Wartet auf Freigabe seit {{date}}',
    pendingDomain: 'Die Adresse liegt in der Domain {{domain}} des Kontos.',
    formerSince: '{{status}} am {{date}} von {{name}}',
    entitlementsEnded: 'Behielt Berechtigungen bis {{date}}',
    changeTitle: '{{name}} ändern',
    changed: 'Die Änderungen an {{name}} sind gespeichert.',
    adopted:
      'Jemand anders hat das inzwischen geändert. Was Sie nicht angefasst haben, zeigt den neuen Stand; speichern Sie noch einmal, um auch Ihre Änderungen zu behalten.',
    theirs: 'Jemand anders hat hier eingetragen: {{value}}',
  },
};

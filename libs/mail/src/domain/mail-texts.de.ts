import type { MailTexts } from './mail-texts.js';

export const de: MailTexts = {
  greeting: (name) => (name ? `Guten Tag ${name},` : 'Guten Tag,'),
  footer: 'Gesendet von Rollbook, weil Sie dort ein Benutzerkonto haben. Antworten liest niemand.',
  'password-link': ({ until, newMemberOf }) =>
    newMemberOf === undefined
      ? {
          subject: 'Setzen Sie Ihr Passwort zurück',
          before: 'Für Ihr Benutzerkonto wurde ein neues Passwort verlangt. Wählen Sie es hier:',
          link: 'Neues Passwort wählen',
          after: `Der Link gilt einmal, bis ${until}. Haben nicht Sie darum gebeten, tun Sie nichts: Ihr Passwort bleibt, wie es ist.`,
        }
      : {
          subject: 'Vervollständigen Sie Ihr Profil',
          before: `Sie sind jetzt Benutzer von ${newMemberOf}. Wählen Sie ein Passwort, mit dem Sie sich anmelden:`,
          link: 'Passwort wählen',
          after: `Der Link gilt einmal, bis ${until}. Danach bitten Sie Ihren Administrator um einen neuen.`,
        },
  'password-changed': () => ({
    subject: 'Ihr Passwort wurde geändert',
    before: 'Das Passwort Ihres Benutzerkontos wurde soeben gesetzt, und alle anderen Sitzungen wurden beendet.',
    after: 'Wenn nicht Sie das waren, sagen Sie es sofort Ihrem Administrator.',
  }),
  'approvals-waiting': ({ account, count }) => ({
    subject: 'Jemand wartet auf Ihre Freigabe',
    before: `${count === 1 ? 'Eine Person wartet' : `${count} Personen warten`} auf Freigabe in ${account}.`,
    link: 'Ansehen, wer wartet',
    after: 'Sie werden einmal am Tag erinnert, solange jemand wartet.',
  }),
};

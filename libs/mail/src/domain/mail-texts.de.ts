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
  'approvals-requested': ({ account, count }) => ({
    subject:
      count === 1 ? 'Eine neue Person wartet auf Ihre Freigabe' : `${count} neue Personen warten auf Ihre Freigabe`,
    before: `${count === 1 ? 'Eine neue Person wartet' : `${count} neue Personen warten`} auf Freigabe in ${account}.`,
    link: 'Ansehen, wer wartet',
    after: 'Dort können Sie freigeben oder ablehnen. Wartet morgen noch jemand, werden Sie erinnert.',
  }),
  'approvals-waiting': ({ account, count }) => ({
    subject: 'Jemand wartet auf Ihre Freigabe',
    before: `${count === 1 ? 'Eine Person wartet' : `${count} Personen warten`} auf Freigabe in ${account}.`,
    link: 'Ansehen, wer wartet',
    after: 'Sie werden einmal am Tag erinnert, solange jemand wartet.',
  }),
  'approval-rejected': ({ account }) => ({
    subject: 'Ihre Registrierung wurde nicht freigegeben',
    before: `Ein Administrator von ${account} hat Ihre Registrierung geprüft und nicht freigegeben. Sie können sich nicht anmelden.`,
    after: `Wenn Sie das für einen Irrtum halten, wenden Sie sich bitte an Ihre Ansprechperson bei ${account}.`,
  }),
};

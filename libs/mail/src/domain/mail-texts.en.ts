import type { MailTexts } from './mail-texts.js';

export const en: MailTexts = {
  greeting: (name) => (name ? `Hello ${name},` : 'Hello,'),
  footer: 'Sent by Rollbook, because you have a user account there. Nobody reads replies.',
  'password-link': ({ until, newMemberOf }) =>
    newMemberOf === undefined
      ? {
          subject: 'Reset your password',
          before: 'A new password was asked for, for your user account. Choose it here:',
          link: 'Choose a new password',
          after: `The link works once, until ${until}. If it was not you who asked, do nothing: your password stays as it is.`,
        }
      : {
          subject: 'Complete your profile',
          before: `You are now a user of ${newMemberOf}. Choose a password to log in with:`,
          link: 'Choose a password',
          after: `The link works once, until ${until}. If it is too late, ask your administrator for another.`,
        },
  'password-changed': () => ({
    subject: 'Your password was changed',
    before: 'The password of your user account was set just now, and every other session was ended.',
    after: 'If that was not you, tell your administrator at once.',
  }),
  'approvals-requested': ({ account, count }) => ({
    subject: count === 1 ? 'A new person waits for your approval' : `${count} new people wait for your approval`,
    before: `${count === 1 ? 'One new person waits' : `${count} new people wait`} for approval in ${account}.`,
    link: 'See who waits',
    after: 'Approve or reject them there. If they still wait tomorrow, you are reminded.',
  }),
  'approvals-waiting': ({ account, count }) => ({
    subject: 'Somebody waits for your approval',
    before: `${count === 1 ? 'One person waits' : `${count} people wait`} for approval in ${account}.`,
    link: 'See who waits',
    after: 'You are reminded once a day, as long as somebody waits.',
  }),
  'approval-rejected': ({ account }) => ({
    subject: 'Your registration was not approved',
    before: `An administrator of ${account} has looked at your registration and did not approve it. You cannot log in.`,
    after: `If you think that this is a mistake, please ask your contact at ${account}.`,
  }),
};

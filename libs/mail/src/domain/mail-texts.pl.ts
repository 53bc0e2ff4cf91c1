import type { MailTexts } from './mail-texts.js';

const plural = new Intl.PluralRules('pl');

const people = (count: number): string => {
  const form = plural.select(count);
  if (form === 'one') return 'Jedna osoba czeka';
  return form === 'few' ? `${count} osoby czekają` : `${count} osób czeka`;
};

const newPeople = (count: number): string => {
  const form = plural.select(count);
  if (form === 'one') return 'Jedna nowa osoba czeka';
  return form === 'few' ? `${count} nowe osoby czekają` : `${count} nowych osób czeka`;
};

export const pl: MailTexts = {
  greeting: (name) => (name ? `Dzień dobry, ${name}!` : 'Dzień dobry!'),
  footer: 'Wysłane przez Rollbook, ponieważ masz tam konto użytkownika. Nikt nie czyta odpowiedzi.',
  'password-link': ({ until, newMemberOf }) =>
    newMemberOf === undefined
      ? {
          subject: 'Zresetuj swoje hasło',
          before: 'Poproszono o nowe hasło do Twojego konta użytkownika. Wybierz je tutaj:',
          link: 'Wybierz nowe hasło',
          after: `Link działa raz, do ${until}. Jeśli to nie Ty o nie prosisz, nic nie rób: hasło pozostanie bez zmian.`,
        }
      : {
          subject: 'Uzupełnij swój profil',
          before: `Jesteś teraz użytkownikiem konta ${newMemberOf}. Wybierz hasło, którym będziesz się logować:`,
          link: 'Wybierz hasło',
          after: `Link działa raz, do ${until}. Jeśli jest za późno, poproś administratora o nowy.`,
        },
  'password-changed': () => ({
    subject: 'Twoje hasło zostało zmienione',
    before: 'Hasło do Twojego konta użytkownika właśnie zostało ustawione, a wszystkie inne sesje zakończono.',
    after: 'Jeśli to nie Ty, natychmiast powiadom administratora.',
  }),
  'approvals-requested': ({ account, count }) => ({
    subject: `${newPeople(count)} na Twoją zgodę`,
    before: `${newPeople(count)} na zatwierdzenie na koncie ${account}.`,
    link: 'Zobacz, kto czeka',
    after: 'Tam możesz zatwierdzić lub odrzucić. Jeśli jutro ktoś nadal będzie czekać, przyjdzie przypomnienie.',
  }),
  'approvals-waiting': ({ account, count }) => ({
    subject: 'Ktoś czeka na Twoją zgodę',
    before: `${people(count)} na zatwierdzenie na koncie ${account}.`,
    link: 'Zobacz, kto czeka',
    after: 'Przypomnienie przychodzi raz dziennie, dopóki ktoś czeka.',
  }),
  'approval-rejected': ({ account }) => ({
    subject: 'Twoja rejestracja nie została zatwierdzona',
    before: `Administrator konta ${account} sprawdził Twoją rejestrację i jej nie zatwierdził. Nie możesz się zalogować.`,
    after: `Jeśli uważasz, że to pomyłka, zwróć się do osoby kontaktowej w ${account}.`,
  }),
};

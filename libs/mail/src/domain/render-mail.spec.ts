import { languages, type Language } from '#libs/accounts';
import { formatTime, renderMail } from './render-mail.js';
import { mailTexts, type MailText, type MailTexts } from './mail-texts.js';

const href = 'https://users.example.com/set-password#secret&more';
const render = (language: Language, textOf: (texts: MailTexts) => MailText, firstName = 'Zoë') =>
  renderMail({ language, firstName, text: textOf(mailTexts[language]), href });

const all: [string, (texts: MailTexts) => MailText][] = [
  ['complete your profile', (texts) => texts['password-link']({ newMemberOf: 'Acme', until: 'then' })],
  ['reset your password', (texts) => texts['password-link']({ until: 'then' })],
  ['your password was changed', (texts) => texts['password-changed']({})],
  ['approvals wait', (texts) => texts['approvals-waiting']({ account: 'Acme', count: 3 })],
];

describe.each(all)('%s', (_, textOf) => {
  it.each(languages)('says the same in text and HTML (%s)', (language) => {
    const { subject, text, html } = render(language, textOf);
    const shown = html
      .replace(/<style.*<\/style>|<[^>]+>/g, '')
      .replaceAll('&amp;', '&')
      .replaceAll('&#39;', "'");
    expect(html).toContain(`<html lang="${language}">`);
    for (const line of text.split('\n').filter((part) => part && part !== '-- '))
      expect(shown).toContain(line.replace(/:$/, ''));
    expect(subject).toMatch(/^[^\r\n]{5,60}$/);
  });

  it('MAIL-5: differs in every language', () => {
    expect(new Set(languages.map((language) => render(language, textOf).text)).size).toBe(languages.length);
    expect(new Set(languages.map((language) => render(language, textOf).subject)).size).toBe(languages.length);
  });

  it('loads no external content and has no scripts', () =>
    expect(render('en', textOf).html).not.toMatch(/<(img|link|script|iframe)|src=|url\(/i));
});

describe('the first name', () => {
  const greeted = (firstName: string) => render('en', (texts) => texts['password-changed']({}), firstName);

  it('is shown as it is and escaped in HTML', () => {
    const { text, html } = greeted('<b onclick="x">\'&');
    expect(text).toContain('Hello <b onclick="x">\'&,');
    expect(html).toContain('Hello &lt;b onclick=&quot;x&quot;&gt;&#39;&amp;,');
  });

  it.each(['Win at http://evil.example', 'evil.example', 'a@evil.example', 'www.evil.example'])(
    'MAIL-9: is left out if it looks like a link: %s',
    (name) => {
      expect(greeted(name).text).toMatch(/^Hello,\n/);
      expect(greeted(name).html).not.toContain('evil');
    },
  );

  it.each(['J. R.', 'J.R.', "D'Arcy", 'Anne-Marie', '李'])('MAIL-9: is kept if it is a name: %s', (name) =>
    expect(greeted(name).text).toMatch(`Hello ${name},`),
  );
});

it('counts people as each language does', () => {
  const waiting = (language: Language, count: number) =>
    render(language, (texts) => texts['approvals-waiting']({ account: 'Acme', count })).text;
  expect([1, 3, 5, 22].map((count) => /(\S+ os\S+ \S+)/.exec(waiting('pl', count))![1])).toEqual([
    'Jedna osoba czeka',
    '3 osoby czekają',
    '5 osób czeka',
    '22 osoby czekają',
  ]);
  expect(waiting('en', 1)).toContain('One person waits for approval in Acme.');
  expect(waiting('de', 2)).toContain('2 Personen warten auf Freigabe in Acme.');
  expect(waiting('es', 2)).toContain('2 personas esperan aprobación en Acme.');
});

it('formats times for readers', () => {
  expect(languages.map((language) => formatTime('2026-12-01T13:05:00.000Z', language))).toEqual([
    '1 December 2026 at 13:05 UTC',
    '1 de diciembre de 2026 a las 13:05 UTC',
    '1. Dezember 2026 um 13:05 UTC',
    '1 grudnia 2026 13:05 UTC',
  ]);
});

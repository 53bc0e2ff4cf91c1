import { languages, type Language } from '#libs/accounts';
import { mailTexts, type MailText, type MailTexts } from './mail-texts.js';

/** What a mail holds. */
export interface MailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A letter to somebody in their language; `href` is where its link leads. */
export function renderMail({
  language,
  firstName,
  say,
  href,
}: {
  language: Language;
  firstName: string;
  say: (words: MailTexts) => MailText;
  href: string;
}): MailContent {
  const { greeting, footer } = mailTexts[language];
  const { subject, before, link, after } = say(mailTexts[language]);
  const hello = greeting(looksLikeLink(firstName) ? undefined : firstName);
  const line = link && `${link}:\n${href}`;
  return {
    subject,
    text: `${[hello, before, line, after].filter(Boolean).join('\n\n')}\n\n-- \n${footer}\n`,
    html: page(language, subject, [
      ...[hello, before].map(paragraph),
      ...(link ? [button(link, href), paragraph(href)] : []),
      paragraph(after),
      `<p style="color:#666;font-size:13px">${escaped(footer)}</p>`,
    ]),
  };
}

/** Made once: making one takes as long as the rest of a letter. */
const moments = Object.fromEntries(
  languages.map((language) => [
    language,
    new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
      dateStyle: 'long',
      timeStyle: 'short',
      timeZone: 'UTC',
    }),
  ]),
) as Record<Language, Intl.DateTimeFormat>;

/** A moment as people read it, `1 December 2026 at 13:05 UTC`. */
export const formatTime = (at: string, language: Language): string => `${moments[language].format(new Date(at))} UTC`;

/** Mail programs turn what looks like an address into a link: a name is not to lure anybody anywhere. */
const looksLikeLink = (name: string): boolean => /[:/\\@]|\.\p{L}{2}/u.test(name);

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => escapes[sign]!);

const paragraph = (text: string): string => `<p>${escaped(text)}</p>`;
const button = (label: string, href: string): string =>
  `<p><a href="${escaped(href)}" style="display:inline-block;padding:10px 18px;border-radius:6px;background:#1c5fb0;color:#fff;text-decoration:none">${escaped(label)}</a></p>`;

const page = (language: Language, title: string, parts: readonly string[]): string => `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><title>${escaped(title)}</title></head>
<body style="font:16px/1.5 sans-serif;color:#222;max-width:36em;overflow-wrap:anywhere">
${parts.join('\n')}
</body>
</html>
`;

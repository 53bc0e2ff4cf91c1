import { languages, type Language } from '#libs/accounts';
import { mailTexts, type MailText } from './mail-texts.js';

/** The content of a mail. */
export interface MailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Returns a mail in the recipient's language, as text and as HTML. `href` is the target of its link. */
export function renderMail({
  language,
  firstName,
  text: { subject, before, link, after },
  href,
}: {
  language: Language;
  firstName: string;
  text: MailText;
  href: string;
}): MailContent {
  const { greeting, footer } = mailTexts[language];
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

/** Created once: creating one takes as long as the rest of a mail. */
const timeFormats = Object.fromEntries(
  languages.map((language) => [
    language,
    new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
      dateStyle: 'long',
      timeStyle: 'short',
      timeZone: 'UTC',
    }),
  ]),
) as Record<Language, Intl.DateTimeFormat>;

/** Returns a time (ISO 8601) for readers, like `1 December 2026 at 13:05 UTC`. */
export const formatTime = (at: string, language: Language): string =>
  `${timeFormats[language].format(new Date(at))} UTC`;

/** Returns whether mail programs could turn a name into a link, which could lead the reader to a hostile page. */
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

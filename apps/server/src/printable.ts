/** Returns a name that others may have chosen, like that of a foreign stream: cut to 100 characters, without unusual ones. */
export const toPrintableName = (name: string): string => name.slice(0, 100).replaceAll(/[^\w.@-]/g, '?');

/** Returns a text that others may have chosen, like the type of a foreign event: cut to 100 characters, without unprintable ones. */
export const toPrintableText = (text: string): string =>
  text.slice(0, 100).replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?');

const browsers = [
  ['Edge', /Edg\/(\d+)/],
  ['Opera', /OPR\/(\d+)/],
  ['Firefox', /Firefox\/(\d+)/],
  ['Chrome', /Chrome\/(\d+)/],
  ['Safari', /Version\/(\d+).*Safari/],
] as const;
const systems = [
  ['Android', /Android/],
  ['iOS', /iPhone|iPad/],
  ['Windows', /Windows/],
  ['macOS', /Mac OS X/],
  ['Linux', /Linux/],
] as const;

/** Returns a browser's name from its user agent, for example `Firefox 150, Linux`; an empty text for an unknown browser. */
export function toBrowserName(agent: string): string {
  const browser = browsers.find(([, pattern]) => pattern.test(agent));
  if (!browser) return '';
  const [name, pattern] = browser;
  const system = systems.find(([, sign]) => sign.test(agent));
  return [`${name} ${pattern.exec(agent)![1]}`, ...(system ? [system[0]] : [])].join(', ');
}

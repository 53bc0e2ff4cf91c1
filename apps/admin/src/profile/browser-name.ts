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

/** Names a browser by how it calls itself, `Firefox 150, Linux`; empty if it is none that we know. */
export function toBrowserName(agent: string): string {
  const browser = browsers.find(([, pattern]) => pattern.test(agent));
  if (!browser) return '';
  const [name, pattern] = browser;
  const system = systems.find(([, sign]) => sign.test(agent));
  return [`${name} ${pattern.exec(agent)![1]}`, ...(system ? [system[0]] : [])].join(', ');
}

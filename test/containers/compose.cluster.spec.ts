import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { help } from '../../apps/server/src/config.js';
import { readConfig } from '../../apps/server/src/config.js';
import { compose, composeErrors } from './compose.js';

const file = 'docker/compose.cluster.yaml';
interface Service {
  readonly image?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
}
const cluster = parse(readFileSync(file, 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const { rollbook1, rollbook2, node1, postgresql, proxy } = cluster.services;

describe(file, () => {
  it('keeps to the compose schema', () => {
    expect(composeErrors(file)).toEqual([]);
  });

  it('gives both servers the same settings, which a start accepts', () => {
    expect(rollbook2).toEqual(rollbook1);
    const settings = Object.entries(rollbook1!.environment!);
    for (const [name] of settings) expect(help()).toMatch(new RegExp(`^  ${name} `, 'm'));
    const filled = settings.map(([name, value]) => [name, value.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1')]);
    expect(readConfig(Object.fromEntries(filled) as Record<string, string>)).toMatchObject({
      stateUrl: 'postgres://rollbook:for-development-only@postgresql:5432/rollbook',
      trustProxy: 1,
    });
  });

  it('takes the images of compose.yaml', () => {
    expect([node1!.image, postgresql!.image]).toEqual([
      compose.services.eventstore.image,
      compose.services.postgresql.image,
    ]);
  });

  it('names in the proxy’s settings the servers that there are', () => {
    expect(proxy!.volumes).toEqual(['./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro']);
    const servers = readFileSync('docker/haproxy.cfg', 'utf8').matchAll(/^ {2}server (\w+) (\w+):3000$/gm);
    expect([...servers].map(([, name, host]) => [name, host])).toEqual([
      ['rollbook1', 'rollbook1'],
      ['rollbook2', 'rollbook2'],
    ]);
  });

  it('keeps on volumes of its own all that is durable', () => {
    const mounted = Object.values(cluster.services).flatMap(({ volumes = [] }) =>
      volumes.map((volume) => volume.split(':')[0]!).filter((name) => !name.startsWith('.')),
    );
    expect([...new Set(mounted)].toSorted()).toEqual(Object.keys(cluster.volumes).toSorted());
  });
});

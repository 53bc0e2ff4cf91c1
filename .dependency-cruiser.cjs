/** Which folder may import which. The reasons are in docs/decisions/0017-layers-by-concept.md. */
const concepts = ['accounts', 'users', 'access', 'audit', 'mail'];
const layers = ['domain', 'workflows', 'read', 'http'];
const libs = [
  'kernel',
  'authorization',
  'http',
  'event-store',
  'embedded-eventstore',
  'postgresql',
  'read-store',
  'vault',
  ...concepts,
];

const spec = '[.]spec[.]ts$';
const lib = (...names) => `^libs/(${names.join('|')})/`;
const entrance = (...names) => `^libs/(${names.join('|')})/src/index[.]ts$`;

/** From these files, of our own files only these. */
const only = (name, from, ...to) => ({
  name,
  severity: 'error',
  from: { path: from, pathNot: spec },
  to: { path: '^(apps|libs|test)/', pathNot: to },
});

/** The files of a layer; an area's files say by their names which layer they belong to. */
const within = (concept, layer) => {
  const kinds = { domain: 'commands|rules', http: 'routes' }[layer];
  const area = kinds ? `|areas/[^/]+/[^/]+[.](${kinds})[.]ts$` : '';
  return `^libs/${concept}/src/(${layer}/${area})`;
};

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: { pathNot: spec },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'libs-through-their-index',
      severity: 'error',
      from: { path: '^libs/([^/]+)/', pathNot: spec },
      to: { path: '^libs/(?!$1/)[^/]+/src/(?!index[.]ts$)' },
    },
    {
      name: 'apps-through-the-index',
      severity: 'error',
      from: { path: '^apps/' },
      to: { path: '^libs/[^/]+/src/(?!index[.]ts$)' },
    },
    {
      name: 'nothing-imports-apps',
      severity: 'error',
      from: { path: '^libs/', pathNot: spec },
      to: { path: '^(apps|test)/' },
    },
    {
      name: 'production-without-test-code',
      severity: 'error',
      from: { path: '^(apps/server|libs)/', pathNot: spec },
      to: { path: ['^test/', 'fast-check'] },
    },
    {
      name: 'one-importer-of-the-client',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: [spec, lib('event-store', 'embedded-eventstore')] },
      to: { path: '@eventstore/db-client' },
    },
    {
      name: 'pure-domain',
      severity: 'error',
      from: { path: ['/domain/', '/areas/.*[.](commands|rules)[.]ts$'], pathNot: spec },
      to: { path: ['@nestjs', 'fastify', 'kysely', 'rxjs'] },
    },
    {
      name: 'pure-domain-no-io',
      severity: 'error',
      from: { path: ['/domain/', '/areas/.*[.](commands|rules)[.]ts$'], pathNot: spec },
      to: { dependencyTypes: ['core'], pathNot: '^url$' },
    },
    only('kernel-alone', lib('kernel'), lib('kernel')),
    only('embedded-node-alone', lib('embedded-eventstore'), lib('embedded-eventstore')),
    ...['authorization', 'event-store', 'postgresql'].map((name) =>
      only(`${name}-on-kernel`, lib(name), lib(name), entrance('kernel')),
    ),
    ...['read-store', 'vault'].map((name) =>
      only(`${name}-on-postgresql`, lib(name), lib(name), entrance('kernel', 'postgresql')),
    ),
    only('http-on-authorization', lib('http'), lib('http'), entrance('kernel', 'authorization')),
    ...concepts.flatMap((concept, place) => {
      const earlier = place ? [entrance(...concepts.slice(0, place))] : [];
      const own = (...names) => names.map((layer) => within(concept, layer));
      return [
        only(
          `${concept}-domain`,
          within(concept, 'domain'),
          ...own('domain'),
          entrance('kernel', 'authorization'),
          ...earlier,
        ),
        only(
          `${concept}-workflows`,
          within(concept, 'workflows'),
          ...own('domain', 'workflows'),
          entrance('kernel', 'authorization', 'event-store', 'vault'),
          ...earlier,
        ),
        only(
          `${concept}-read`,
          within(concept, 'read'),
          ...own('domain', 'read'),
          entrance('kernel', 'authorization', 'read-store', 'event-store'),
          ...earlier,
        ),
        only(
          `${concept}-http`,
          within(concept, 'http'),
          ...own(...layers),
          entrance('kernel', 'authorization', 'http', 'event-store'),
          ...earlier,
        ),
        only(`${concept}-module`, `^libs/${concept}/src/[^/]+[.]ts$`, `^libs/${concept}/src/`, entrance(...libs)),
      ];
    }),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'default'],
      extensions: ['.ts', '.js'],
    },
  },
};

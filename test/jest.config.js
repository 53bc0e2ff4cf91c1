/** Folders of tests that need Chromium or several minutes: `npm test` runs them only if an argument names them, `npm run test:all` always. */
const skippedFolders = ['test/browser', 'test/fault'].filter(
  (folder) => !process.argv.some((argument) => argument.includes(folder)),
);

/**
 * Jest in native ESM (Nest 12 is ESM only). Jest compiles specs and their helpers; the code under test is the build.
 * Tests always run in workers, because a module that Node has loaded stays loaded.
 */
export default {
  rootDir: '..',
  testEnvironment: '<rootDir>/test/support/environment.js',
  globalSetup: '<rootDir>/test/support/global-setup.js',
  testMatch: ['<rootDir>/{apps,libs,test}/**/*.spec.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    '/dist/',
    '<rootDir>/data/',
    ...skippedFolders.map((folder) => `<rootDir>/${folder}/`),
  ],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '/(apps/server|libs)/(?!.*\\.spec\\.ts$).*\\.ts$': '<rootDir>/test/support/as-built.js',
    '^.+\\.ts$': ['@swc/jest', { module: { type: 'es6' } }],
  },
  moduleNameMapper: {
    '^#libs/(.*)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  coverageProvider: 'v8',
  maxWorkers: '100%',
  workerIdleMemoryLimit: '2GB',
  testTimeout: 60_000,
};

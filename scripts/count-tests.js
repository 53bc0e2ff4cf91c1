import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Prints `N passed, N failed, N skipped` for the JSON results of several Jest runs in a directory; failed steps count as one more failure. */
const [directory, failedSteps] = process.argv.slice(2);
let passed = 0;
let failed = Number(failedSteps);
// A test that one run skips and another runs is not skipped.
const skipped = new Set();
const ran = new Set();
for (const file of readdirSync(directory)) {
  const results = JSON.parse(readFileSync(join(directory, file), 'utf8'));
  passed += results.numPassedTests;
  failed += results.numFailedTests + results.numRuntimeErrorTestSuites;
  for (const { name, assertionResults } of results.testResults) {
    for (const { status, fullName } of assertionResults)
      (['pending', 'todo'].includes(status) ? skipped : ran).add(`${name} ${fullName}`);
  }
}
console.log(`${passed} passed, ${failed} failed, ${[...skipped].filter((test) => !ran.has(test)).length} skipped`);

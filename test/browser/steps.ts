/** Returns a function like `it` for tests that build on each other: after the first failure, the others fail as not reached. */
export function createSteps(): (name: string, walk: () => Promise<void> | void) => void {
  let hasFailed = false;
  return (name, walk) =>
    it(name, async () => {
      if (hasFailed) throw new Error('not reached: a step before has failed');
      hasFailed = true;
      await walk();
      hasFailed = false;
    });
}

/** Tests of which each goes on from where the one before has led: after the first that fails, the others say that they were not reached. */
export function steps(): (name: string, walk: () => Promise<void> | void) => void {
  let lost = false;
  return (name, walk) =>
    it(name, async () => {
      if (lost) throw new Error('not reached: a step before has failed');
      lost = true;
      await walk();
      lost = false;
    });
}

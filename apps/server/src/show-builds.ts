import type { BuildProgress } from '#libs/read-store';

/** How often progress is shown, ms. */
const intervalMs = 3_000;

/** Returns a function that shows how far the tables of a projection are, at most every 3 s for each. */
export function showBuilds(
  print: (text: string) => void = console.error,
  now = (): number => performance.now(),
): (projection: string, progress: BuildProgress) => void {
  const shownAt = new Map<string, number>();
  return (projection, { events, eventsPerSecond, percent, secondsLeft }) => {
    const at = now();
    // The first measure of a build has no speed yet.
    if (at - (shownAt.get(projection) ?? at) < intervalMs)
      return void (shownAt.has(projection) || shownAt.set(projection, at));
    shownAt.set(projection, at);
    const left = secondsLeft === null ? '' : `, about ${secondsLeft} s left`;
    return print(`${projection}: ${events} events, ${eventsPerSecond} a second, ${percent} %${left}.`);
  };
}

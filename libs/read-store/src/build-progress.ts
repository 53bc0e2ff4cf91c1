/** How far tables are that are being built. */
export interface BuildProgress {
  /** Events that were read from the log so far. */
  readonly events: number;
  readonly eventsPerSecond: number;
  /** Of the log, 0 to 100. */
  readonly percent: number;
  /** Without the time to create indexes; null while it cannot be told. */
  readonly secondsLeft: number | null;
}

interface Sample {
  readonly events: number;
  readonly position: number;
  /** By `performance.now()`. */
  readonly at: number;
}

/** How far back the speed is measured, in ms. */
const WINDOW_MS = 15_000;

/** Computes the progress of a build from positions that are given from time to time. */
export class BuildMeter {
  /** The newest last. */
  #samples: Sample[] = [];

  constructor(private readonly now = (): number => performance.now()) {}

  /**
   * Adds where the build is now, and returns its progress.
   * @param head the position at which the build ends; undefined if it is not known
   */
  measure(events: number, position: number, head: number | undefined): BuildProgress {
    const at = this.now();
    this.#samples.push({ events, position, at });
    while (this.#samples.length > 2 && this.#samples[1]!.at < at - WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0]!;
    const seconds = (at - first.at) / 1_000;
    const perSecond = (difference: number) => (seconds > 0 ? difference / seconds : 0);
    const speed = perSecond(position - first.position);
    const isKnown = head !== undefined;
    const left = isKnown ? Math.max(0, head - position) : undefined;
    return {
      events,
      eventsPerSecond: Math.round(perSecond(events - first.events)),
      percent:
        !isKnown || left === undefined
          ? 0
          : head <= 0
            ? 100
            : Math.floor((100 * Math.max(0, position)) / Math.max(head, position)),
      secondsLeft: left === undefined ? null : left === 0 ? 0 : speed > 0 ? Math.ceil(left / speed) : null,
    };
  }
}

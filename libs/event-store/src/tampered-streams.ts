/** Is called with a tampered stream and the reason, for the server's log. */
export type OnTampered = (stream: string, reason: string) => void;

/** More are neither listed nor reported. */
const MAX_LISTED = 1_000;

/** The tampered streams that reads have met since the start, with the reason for each. */
export class TamperedStreams {
  private readonly reasons = new Map<string, string>();

  constructor(private readonly onTampered: OnTampered = () => {}) {}

  /** How many there are; at most 1,000. */
  get count(): number {
    return this.reasons.size;
  }

  /** Adds a stream, and reports it if it is new. */
  add(stream: string, reason: string): void {
    if (this.reasons.has(stream) || this.reasons.size >= MAX_LISTED) return;
    this.reasons.set(stream, reason);
    this.onTampered(stream, reason);
  }

  /** Lists up to `limit` of them. */
  list(limit: number): { stream: string; reason: string }[] {
    return [...this.reasons].slice(0, limit).map(([stream, reason]) => ({ stream, reason }));
  }
}

/** Is called with a tampered stream and the reason, for the server's log. */
export type OnTampered = (stream: string, reason: string) => void;

/** More are neither listed nor reported. */
const MAX_LISTED = 1_000;

interface Found {
  readonly reason: string;
  /** When a read met the stream for the first time; UTC, ISO 8601. */
  readonly at: string;
}

/** The tampered streams that reads have met since the start, with the reason for each. */
export class TamperedStreams {
  private readonly found = new Map<string, Found>();

  constructor(private readonly onTampered: OnTampered = () => {}) {}

  /** How many there are; at most 1,000. */
  get count(): number {
    return this.found.size;
  }

  /** Returns whether a read has met this stream. */
  has(stream: string): boolean {
    return this.found.has(stream);
  }

  /** Adds a stream, and reports it if it is new. */
  add(stream: string, reason: string): void {
    if (this.found.has(stream) || this.found.size >= MAX_LISTED) return;
    this.found.set(stream, { reason, at: new Date().toISOString() });
    this.onTampered(stream, reason);
  }

  /** Lists up to `limit` of them. */
  list(limit: number): (Found & { stream: string })[] {
    return [...this.found].slice(0, limit).map(([stream, found]) => ({ stream, ...found }));
  }
}

/** What the house's HTTP conventions need from whoever composes the server. */

/** The time; a test replaces it. */
export abstract class Clock {
  abstract now(): Date;
}

/** Where people reach the server; a browser's cookie goes by it. */
export abstract class PublicOrigin {
  /** `https://users.example.com`; absent: whatever address the request came to. */
  abstract readonly origin: string | undefined;
}

/** Keyed hash of a request's body, so that another body under the same Idempotency-Key is found out. */
export abstract class BodyDigest {
  abstract of(body: string): string;
}

/** How far the read models are. */
export abstract class ReadPosition {
  /** Every read answered from now on shows at least this position of the log. */
  abstract readonly position: number;
  /** Resolves once `position` is reached; throws `projections.behind` after `timeout` ms. */
  abstract waitForPosition(position: number, timeout: number): Promise<void>;
}

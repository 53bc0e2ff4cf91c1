import type { Refusal } from '#libs/kernel';

/** Refuses the queries of requests for as long as there is a reason. */
export class QueryGate {
  #reason: () => Refusal | undefined = () => undefined;

  /** From now on, queries are refused whenever `reason` returns a refusal. */
  refuseFor(reason: () => Refusal | undefined): void {
    this.#reason = reason;
  }

  /** Throws the refusal if there is a reason for one now. */
  check(): void {
    const refusal = this.#reason();
    if (refusal) throw refusal;
  }
}

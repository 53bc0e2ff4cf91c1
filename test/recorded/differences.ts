/** An answer about an old log that is another one now, on purpose. */
export interface Difference {
  /** The rule of docs/domain.md that asks for it, and why the old answer was wrong. */
  readonly rule: string;
  readonly reason: string;
  /** Where: matches `<path and query of the question> <caller> <JSON path of the value>`. */
  readonly where: RegExp;
  /** The recorded value that was there; what it has to be now. It applies to every place that matches. */
  readonly becomes: (recorded: never, where: string) => unknown;
}

/**
 * What later builds answer differently about the recorded log, by commit of the recording. A new entry needs a review:
 * it changes what auditors were told before. Added fields need none.
 */
export const differences: Readonly<Record<string, readonly Difference[]>> = {
  a28c88c: [],
};

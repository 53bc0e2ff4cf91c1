/** The stream is at another revision than the append expects: a revision conflict. */
export class WrongRevision extends Error {
  /** Revisions are -1 if the stream does not exist. */
  constructor(
    readonly stream: string,
    readonly expected: number,
    readonly actual: number,
  ) {
    super(`${stream} is at revision ${actual}, not ${expected}`);
    this.name = 'WrongRevision';
  }
}

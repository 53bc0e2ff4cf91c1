type Close = () => void | Promise<void>;

/** What has been opened, closed in the opposite order, once; all of it, also where one fails. */
export class Owned {
  private readonly closers: Close[] = [];
  private closing: Promise<void> | undefined;

  add(close: Close): void {
    this.closers.push(close);
  }

  close(): Promise<void> {
    return (this.closing ??= this.closeAll());
  }

  private async closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.closers.toReversed()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

type Close = () => void | Promise<void>;

/** What has been opened, closed in the opposite order, once. */
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
    for (const close of this.closers.toReversed()) await close();
  }
}

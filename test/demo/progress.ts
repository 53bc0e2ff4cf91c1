const width = 30;

/** Shows the progress on stderr: a bar on a terminal, otherwise a line for each tenth. */
export class ProgressLine {
  private readonly began = performance.now();
  private shown = 0;

  constructor(private readonly out: NodeJS.WriteStream = process.stderr) {}

  show(done: number, of: number): void {
    const steps = this.out.isTTY ? 200 : 10;
    const step = Math.floor((done / of) * steps);
    if (step === this.shown) return;
    this.shown = step;
    const left = ((performance.now() - this.began) / done) * (of - done);
    const filled = Math.round((done / of) * width);
    const text = `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${done}/${of}  ${Math.ceil(left / 1_000)} s left`;
    this.out.write(this.out.isTTY ? `\r${text}\x1b[K` : `${done}/${of}\n`);
  }

  end(): void {
    if (this.out.isTTY && this.shown > 0) this.out.write('\r\x1b[K');
  }
}

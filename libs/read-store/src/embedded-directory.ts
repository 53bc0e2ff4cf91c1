import { mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The directory of the embedded read store. PGlite never fsyncs: after a crash of the process its files are complete, after
 * a crash of the machine they may be torn. A marker file holds the id of the boot in which they were opened; a clean close
 * syncs them and removes it.
 */
export class EmbeddedDirectory {
  readonly #path: string;
  /** By the file system's clock, ms. */
  #openedAt = 0;

  constructor(parent: string) {
    this.#path = join(parent, 'read-store');
  }

  get database(): string {
    return join(this.#path, 'pglite');
  }

  get #marker(): string {
    return join(this.#path, 'open');
  }

  /** Creates the directory and the marker. Deletes files that were left open in another boot. */
  async prepare(): Promise<void> {
    const boot = await currentBoot();
    const openedIn = await readFile(this.#marker, 'utf8').catch(() => undefined);
    if (openedIn !== undefined && openedIn !== boot) await this.discard();
    await mkdir(this.#path, { recursive: true, mode: 0o700 });
    await writeFile(this.#marker, boot, { flush: true });
    this.#openedAt = (await stat(this.#marker)).mtimeMs;
  }

  /** Syncs the files that were written since {@link prepare} to disk, then removes the marker. */
  async syncAndUnmark(): Promise<void> {
    for (const entry of await readdir(this.database, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      await using file = await open(join(entry.parentPath, entry.name));
      if ((await file.stat()).mtimeMs >= this.#openedAt) await file.sync();
    }
    await rm(this.#marker, { force: true });
  }

  /** Deletes all files. */
  async discard(): Promise<void> {
    await rm(this.#path, { recursive: true, force: true });
  }
}

/** Returns the id of the machine's current boot. Where there is none, every start counts as a new boot. */
function currentBoot(): Promise<string> {
  return readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => `unknown at ${Date.now()}`);
}

import { mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Where the embedded read store lies. PGlite never fsyncs: what a killed process wrote is safe with the operating
 * system, but after a reboot in between the files may be torn. So a marker tells in which boot they were opened.
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

  /** Leaves a directory that can be opened: as it was, or empty where its files can't be trusted. */
  async prepare(): Promise<void> {
    const boot = await currentBoot();
    const openedIn = await readFile(this.#marker, 'utf8').catch(() => undefined);
    if (openedIn !== undefined && openedIn !== boot) await this.discard();
    await mkdir(this.#path, { recursive: true, mode: 0o700 });
    await writeFile(this.#marker, boot, { flush: true });
    this.#openedAt = (await stat(this.#marker)).mtimeMs;
  }

  /** Does what PGlite doesn't, so that a later reboot finds all of it. */
  async closedCleanly(): Promise<void> {
    for (const entry of await readdir(this.database, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      await using file = await open(join(entry.parentPath, entry.name));
      if ((await file.stat()).mtimeMs >= this.#openedAt) await file.sync();
    }
    await rm(this.#marker, { force: true });
  }

  async discard(): Promise<void> {
    await rm(this.#path, { recursive: true, force: true });
  }
}

/** Where the system doesn't tell, every start counts as a reboot. */
function currentBoot(): Promise<string> {
  return readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => `unknown at ${Date.now()}`);
}

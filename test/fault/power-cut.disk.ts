/** The smallest piece that a disk writes as a whole, in bytes. */
const SECTOR = 512;

/** A part of a file that is written but not synced: bytes at a place, or a new length. */
type Piece = { readonly at: number; readonly bytes: Buffer } | { readonly length: number };

class File {
  #synced: Buffer = Buffer.alloc(0);
  #pieces: Piece[] = [];

  write(at: number, bytes: Buffer): void {
    for (let from = 0; from < bytes.length;) {
      const end = Math.min(bytes.length, from + SECTOR - ((at + from) % SECTOR));
      this.#pieces.push({ at: at + from, bytes: bytes.subarray(from, end) });
      from = end;
    }
  }

  truncate(length: number): void {
    this.#pieces.push({ length });
  }

  sync(): void {
    this.#synced = this.content(() => true);
    this.#pieces = [];
  }

  content(survives: () => boolean): Buffer {
    const pieces = this.#pieces.filter(survives);
    const size = pieces.reduce(
      (most, piece) => ('length' in piece ? piece.length : Math.max(most, piece.at + piece.bytes.length)),
      this.#synced.length,
    );
    const content = Buffer.alloc(size);
    this.#synced.copy(content);
    for (const piece of pieces) {
      if ('length' in piece) content.fill(0, piece.length);
      else piece.bytes.copy(content, piece.at);
    }
    return content;
  }
}

/**
 * A directory on a disk that may lose all changes that were not synced: parts of files by sectors, and names of files until the directory is synced.
 */
export class Disk {
  readonly #names = new Map<string, File>();
  #synced = new Map<string, File>();

  create(name: string): void {
    if (!this.#names.has(name)) this.#names.set(name, new File());
  }

  rename(name: string, to: string): void {
    this.#names.set(to, this.file(name));
    this.#names.delete(name);
  }

  unlink(name: string): void {
    this.#names.delete(name);
  }

  file(name: string): File {
    return this.#names.get(name)!;
  }

  syncDirectory(): void {
    this.#synced = new Map(this.#names);
  }

  /** Returns the files after a power cut, by name. `survives` returns for each change that was not synced whether it is on disk. */
  afterCut(survives: () => boolean): Map<string, Buffer> {
    const names = new Map(this.#synced);
    for (const name of new Set([...this.#names.keys(), ...names.keys()])) {
      const now = this.#names.get(name);
      if (now === names.get(name) || !survives()) continue;
      if (now) names.set(name, now);
      else names.delete(name);
    }
    return new Map([...names].map(([name, file]) => [name, file.content(survives)]));
  }
}

/** Random numbers that are the same for the same seed (mulberry32), so that a demo can be repeated. */
export class Draw {
  private state: number;

  constructor(...seeds: number[]) {
    this.state = seeds.reduce((state, seed) => Math.imul(state ^ seed, 0x9e3779b1) + 0x85ebca6b, 0x2545f491) | 0;
  }

  /** Returns a number from 0 to below 1. */
  number(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Returns true with this probability, from 0 to 1. */
  often(share: number): boolean {
    return this.number() < share;
  }

  one<T>(of: readonly T[]): T {
    return of[Math.floor(this.number() * of.length)]!;
  }
}

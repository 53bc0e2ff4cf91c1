import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseError, type PoolClient, type QueryResult } from 'pg';
import { SOCKET_READ_MS, Timer } from '#libs/kernel';
import { GRACE } from './limits.js';
import type { ServerWatch } from './server-watch.js';
import { NoAnswer, tooSlow } from './unavailable.js';

interface Given {
  readonly watch: ServerWatch;
  /** How long, in ms, the server may take for a statement. */
  readonly limit: number;
  /** How long, in ms, the first statement is waited for: shorter where the connection had to be waited for. */
  readonly patience: number;
  /** How long, in ms, a connection may go on with a statement that was given up. */
  readonly lenience: number;
  /** The connection is back in the pool, or gone. */
  readonly done: () => void;
}

/** Cuts a connection off. */
export function destroy(client: PoolClient): void {
  (client as unknown as { connection: { stream: Duplex } }).connection.stream.destroy();
}

/** A connection for a while. One on which the server was found away goes, before its socket says so: the next query gets another. */
export class Lease {
  /** Why no more queries are made. */
  private broken: unknown;
  /** The statement that was given up and not answered yet. */
  private unanswered: Promise<unknown> | undefined;
  private patience: number;

  constructor(
    private readonly client: PoolClient,
    private readonly given: Given,
  ) {
    this.patience = given.patience;
  }

  async query(query: string, parameters: unknown[]): Promise<QueryResult> {
    if (this.broken) throw this.broken;
    const { watch, limit } = this.given;
    const began = performance.now();
    const answer = this.client.query(query, parameters);
    const timer = new Timer();
    try {
      const answered = await Promise.race([answer, this.late(answer, timer)]);
      watch.heard();
      return answered;
    } catch (error) {
      throw this.failure(error, began);
    } finally {
      timer.stop();
      this.patience = limit + GRACE;
    }
  }

  release(discard?: boolean): void {
    const { client, given } = this;
    if (!this.unanswered) {
      given.done();
      return client.release(discard || this.broken !== undefined);
    }
    void this.releaseOnceAnswered(this.unanswered);
  }

  /** What the connection still works at may end; then it is as good as new. */
  private async releaseOnceAnswered(unanswered: Promise<unknown>): Promise<void> {
    const { client, given } = this;
    const settled = unanswered.then(() => client.query('rollback')).then(() => true);
    const isIdle = await Promise.race([settled, pause(given.lenience, false, { ref: false })]).catch(() => false);
    given.done();
    client.release(!isIdle);
  }

  /** Rejects when the time is up. The event loop reads sockets after its timers: the last word is theirs. */
  private late(answer: Promise<unknown>, timer: Timer): Promise<never> {
    return new Promise((_, reject) => {
      const giveUp = () => {
        this.unanswered = answer.catch(() => {});
        reject(new NoAnswer('no answer in time'));
      };
      timer.start(() => timer.start(giveUp, SOCKET_READ_MS), this.patience);
    });
  }

  /** What the database itself says stands, unless it says that it is going down, starting or full, or that it takes too long. */
  private failure(error: unknown, began: number): unknown {
    const { watch } = this.given;
    if (error instanceof TypeError) return error;
    if (error instanceof DatabaseError && !/^(08|53300|57P0)/.test(error.code ?? '')) {
      watch.heard();
      return error.code === '57014' ? tooSlow(error) : error;
    }
    return (this.broken = watch.failed(error, began));
  }
}

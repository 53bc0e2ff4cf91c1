import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseError, type PoolClient, type QueryResult } from 'pg';
import { SOCKET_READ_MS, Timer } from '#libs/kernel';
import { GRACE_MS } from './time-limits.js';
import { ResponseTimeout } from './database-problem.js';
import type { ServerMonitor } from './server-monitor.js';

interface PooledConnectionOptions {
  readonly monitor: ServerMonitor;
  /** How long, in ms, the server may take for a statement. */
  readonly limitMs: number;
  /** After how long, in ms, without an answer of the server to any statement one is given up. Default: not before its limit. */
  readonly silenceMs?: number;
  /** How long, in ms, to wait for the first statement: shorter if the caller has already waited for the connection. */
  readonly firstLimitMs: number;
  /** How long, in ms, the server may go on with a statement that timed out before the connection is closed. */
  readonly abandonedLimitMs: number;
  /** Is called when the connection is back in the pool or closed. */
  readonly onRelease: () => void;
}

/** Closes a connection's socket at once. */
export function destroySocket(client: PoolClient): void {
  (client as unknown as { connection: { stream: Duplex } }).connection.stream.destroy();
}

/**
 * A connection of the pool while somebody uses it. Statements have a time limit. After the server was found to be away on it,
 * every statement fails and the pool closes the connection, so that the next user gets another one.
 */
export class PooledConnection {
  /** The error of the statement after which the connection is not used any more. */
  private broken: unknown;
  /** A statement that timed out and is not answered yet. */
  private abandoned: Promise<unknown> | undefined;
  private nextLimitMs: number;

  constructor(
    private readonly client: PoolClient,
    private readonly options: PooledConnectionOptions,
  ) {
    this.nextLimitMs = options.firstLimitMs;
  }

  /** The number of the server's process, as the server gave it when the connection was made. */
  get serverProcess(): number | undefined {
    return (this.client as unknown as { processID?: number }).processID;
  }

  /** Runs a statement. Throws the refusal of its store if the server is unavailable or does not respond in time. */
  async query(query: string, parameters: unknown[]): Promise<QueryResult> {
    if (this.broken) throw this.broken;
    const { monitor, limitMs } = this.options;
    const startedAt = performance.now();
    const response = this.client.query(query, parameters);
    const timer = new Timer();
    try {
      const result = await Promise.race([response, this.timeOut(response, timer)]);
      monitor.recordResponse();
      return result;
    } catch (error) {
      throw this.toFailure(error, startedAt);
    } finally {
      timer.stop();
      this.nextLimitMs = limitMs + GRACE_MS;
    }
  }

  /** Gives the connection back to the pool, which closes it if `discard` is set or the connection is broken. */
  release(discard?: boolean): void {
    const { client, options } = this;
    if (!this.abandoned) {
      options.onRelease();
      return client.release(discard || this.broken !== undefined);
    }
    void this.releaseWhenIdle(this.abandoned);
  }

  /** Waits for the end of a statement that timed out: then the connection can be used again, otherwise it is closed. */
  private async releaseWhenIdle(abandoned: Promise<unknown>): Promise<void> {
    const { client, options } = this;
    const settled = abandoned.then(() => client.query('rollback')).then(() => true);
    const isIdle = await Promise.race([settled, pause(options.abandonedLimitMs, false, { ref: false })]).catch(
      () => false,
    );
    options.onRelease();
    client.release(!isIdle);
  }

  /** Rejects when the time of a statement is up. */
  private timeOut(response: Promise<unknown>, timer: Timer): Promise<never> {
    const { monitor, silenceMs = Infinity } = this.options;
    const end = performance.now() + this.nextLimitMs;
    return new Promise((_, reject) => {
      const abandon = () => {
        if (performance.now() < end && monitor.hasRespondedWithin(silenceMs)) return wait();
        this.abandoned = response.catch(() => {});
        reject(new ResponseTimeout('no answer in time'));
      };
      const wait = () => {
        const milliseconds = Math.max(0, Math.min(end - performance.now(), silenceMs));
        timer.start(() => timer.start(abandon, SOCKET_READ_MS), milliseconds);
      };
      wait();
    });
  }

  /**
   * Returns the error to throw for a failed statement: the database's own error, except if it says that it is shutting down,
   * starting, out of connections, that it has ended the connection, or that the statement takes too long.
   */
  private toFailure(error: unknown, startedAt: number): unknown {
    const { monitor } = this.options;
    if (error instanceof TypeError) return error;
    if (error instanceof DatabaseError && !/^(08|25P03|53300|57P0)/.test(error.code ?? '')) {
      monitor.recordResponse();
      return error.code === '57014' ? monitor.tooSlow(error) : error;
    }
    return (this.broken = monitor.recordFailure(error, startedAt));
  }
}

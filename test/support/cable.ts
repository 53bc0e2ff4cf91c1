import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP connection to a server that can be cut and mended, stalled, or lose the answers of a server that goes on working. */
export class Cable {
  private readonly sockets = new Set<Socket>();
  private readonly muted = new WeakSet<Socket>();
  private server: Server | undefined;
  private port = 0;
  private isStalled = false;
  /** How many connections were made through it so far. */
  connections = 0;

  private constructor(private readonly target: string) {}

  /** Lays a cable to the store that `url` (esdb://…) names. */
  static async to(url: string): Promise<Cable> {
    const cable = new Cable(url);
    await cable.mend();
    return cable;
  }

  /** The store's at this end of the cable, by the name that its certificate carries. */
  get url(): string {
    return this.target.replace(new URL(this.target).host, `localhost:${this.port}`);
  }

  async mend(): Promise<void> {
    this.server = createServer((near) => this.join(near));
    await new Promise<void>((resolve) => this.server!.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.server!.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** The connections there are now carry no answers any more; new ones do. */
  mute(): void {
    for (const socket of this.sockets) this.muted.add(socket);
  }

  /** Nothing passes any more, in either direction, as with a server that is stopped; nothing is lost. */
  stall(): void {
    this.isStalled = true;
    for (const socket of this.sockets) socket.pause();
  }

  resume(): void {
    this.isStalled = false;
    for (const socket of this.sockets) socket.resume();
  }

  private join(near: Socket): void {
    this.connections++;
    const { hostname, port } = new URL(this.target);
    const far = connect(Number(port || 2113), hostname);
    near.on('data', (bytes) => void far.write(bytes));
    far.on('data', (bytes) => void (this.muted.has(far) || near.write(bytes)));
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(socket);
      if (this.isStalled) socket.pause();
      socket.on('error', () => {});
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
  }
}

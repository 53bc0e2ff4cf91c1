import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP connection to a server that can be cut and mended, or lose the answers of a server that goes on working. */
export class Cable {
  private readonly sockets = new Set<Socket>();
  private readonly muted = new WeakSet<Socket>();
  private server: Server | undefined;
  private port = 0;

  private constructor(
    private readonly host: string,
    private readonly targetPort: number,
  ) {}

  static async to(host: string, port: number): Promise<Cable> {
    const cable = new Cable(host, port);
    await cable.mend();
    return cable;
  }

  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
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

  private join(near: Socket): void {
    const far = connect(this.targetPort, this.host);
    near.on('data', (bytes) => void far.write(bytes));
    far.on('data', (bytes) => void (this.muted.has(far) || near.write(bytes)));
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      this.sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
  }
}

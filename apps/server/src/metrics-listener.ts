import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { prometheusContentType } from 'prom-client';
import type { Config } from './config.js';
import { isReady, type HealthStatus } from './health.js';

/** The second listener, which serves health with all details and metrics without a token. */
export interface MetricsListener {
  readonly url: string;
  close(): Promise<void>;
}

/** What the listener serves: the state of this process, or of its workers. */
export interface MetricsSource {
  /** Returns all metrics in Prometheus' text format. */
  metrics(): Promise<string>;
  /** Returns the body of `/health/ready`. */
  details(): Promise<{ readonly status: HealthStatus }>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const json = (status: number, body: object): Answer => ({
  status,
  type: 'application/json; charset=utf-8',
  body: JSON.stringify(body),
});

/** Serves health and metrics by HTTP on METRICS_HOST:METRICS_PORT. Returns undefined if METRICS_PORT is not set; throws an Error of one line if it can't listen. */
export async function listenForMetrics(
  { metricsHost, metricsPort }: Config,
  source: MetricsSource,
): Promise<MetricsListener | undefined> {
  if (metricsPort === undefined) return undefined;
  const server = createServer((request, response) => void answer(request, source).then((sent) => send(response, sent)));
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      reject(
        new Error(
          code === 'EADDRINUSE'
            ? `Port ${metricsPort} on ${metricsHost} is taken: set METRICS_PORT to another.`
            : `Can not listen on ${metricsHost}:${metricsPort} (${code}).`,
        ),
      );
    });
    server.listen(metricsPort, metricsHost, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://${metricsHost.includes(':') ? `[${metricsHost}]` : metricsHost}:${port}`, close };
}

async function answer({ method, url = '' }: IncomingMessage, source: MetricsSource): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') return json(405, { status: 405 });
  const path = url.split('?', 1)[0];
  if (path === '/metrics') return { status: 200, type: prometheusContentType, body: await source.metrics() };
  if (path === '/health/live') return json(200, { status: 'ok' });
  if (path !== '/health/ready') return json(404, { status: 404 });
  const details = await source.details();
  return json(isReady(details.status) ? 200 : 503, details);
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  response
    .writeHead(status, {
      'content-type': type,
      'cache-control': 'no-store',
      ...(status === 405 && { allow: 'GET, HEAD' }),
    })
    .end(body);
}

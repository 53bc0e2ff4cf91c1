import type { Socket } from 'node:net';
import { STATUS_CODES } from 'node:http';
import { Logger } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance } from 'fastify';
import { clientProblemBody, type FastifyReply } from '#libs/http';
import { refuseWrongMethods } from './allowed-methods.js';
import type { Config } from './config.js';
import { acceptOnlyUtf8Json } from './request-format.js';
import { createTrustFunction } from './trusted-proxies.js';

/** The prefix of the API's paths; health and metrics have none. */
export const apiPrefix: Parameters<NestFastifyApplication['setGlobalPrefix']> = [
  'api/v1',
  { exclude: ['health/live', 'health/ready', 'metrics'] },
];

/** Creates the Fastify adapter with the server's limits; requests that match no route also get a problem (RFC 9457). `requestTimeout` in ms. */
export function createHttpAdapter({ trustProxy }: Config, requestTimeout: number): FastifyAdapter {
  const adapter = new FastifyAdapter({
    trustProxy: createTrustFunction(trustProxy),
    bodyLimit: 256 * 1024,
    requestTimeout,
    // Node uses the shorter of its two limits for the headers, and checks for late requests at this interval.
    http: { headersTimeout: requestTimeout, connectionsCheckingInterval: requestTimeout / 10 },
    return503OnClosing: true,
    frameworkErrors: ({ statusCode = 400 }: FastifyError, _: unknown, reply: FastifyReply) => {
      void reply.status(statusCode).type('application/problem+json').send(clientProblemBody(statusCode));
    },
    clientErrorHandler: respondToClientError,
  });
  const server = adapter.getInstance();
  acceptOnlyUtf8Json(server);
  refuseWrongMethods(server);
  // Personal data must not stay in a cache (RFC 9111), neither in a proxy nor on a disk after the logout.
  server.addHook('onRequest', async (_, reply) => void reply.header('cache-control', 'no-store'));
  if (trustProxy === false) warnOfProxy(server);
  return adapter;
}

/** Logs a warning at the first request with X-Forwarded-For while TRUST_PROXY is off. */
function warnOfProxy(server: FastifyInstance): void {
  let warned = false;
  server.addHook('onRequest', async ({ headers }) => {
    if (warned || headers['x-forwarded-for'] === undefined) return;
    warned = true;
    new Logger('Http').warn(
      'A request came with X-Forwarded-For, which does not count while TRUST_PROXY is off: if Rollbook is behind a proxy, all of its clients count as one. Give the addresses of the proxies in TRUST_PROXY.',
    );
  });
}

const statusOf: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };

/** Responds to data that is not a complete request, as Node does, but with a problem as the body. */
function respondToClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const status = statusOf[error.code ?? ''] ?? 400;
  const body = clientProblemBody(status);
  if (socket.writable) {
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }
  socket.destroy(error);
}

import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Metrics } from './metrics.js';

/** Logs and counts each request by its route's pattern: a URL could name somebody. */
export function observe(app: NestFastifyApplication, metrics: Metrics): void {
  const logger = new Logger('Http');
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onResponse', async (request, reply) => {
      const route = request.routeOptions.url ?? 'none';
      const ms = Math.round(reply.elapsedTime);
      metrics.countRequest(request.method, route, reply.statusCode, reply.elapsedTime / 1_000);
      const { command } = request as { command?: string };
      if (command) metrics.countCommand(command, reply.statusCode < 400 ? 'done' : (reply.getHeader('rollbook-code') as string | undefined) ?? String(reply.statusCode));
      logger.debug({ method: request.method, route, status: reply.statusCode, ms });
    });
}

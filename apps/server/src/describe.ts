import 'reflect-metadata';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { MemoryRateLimits } from '#libs/kernel';
import { apiPrefix } from './adapter.js';
import { createOpenApi } from './openapi/document.js';
import { readApiTypes } from './openapi/types.js';
import { ServerModule, type Parts } from './server.module.js';

/** `node describe.js TYPES OUTPUT...` writes the OpenAPI document, without opening any store. TYPES: from `scripts/api-types.js`. */
const [, , types, ...outputs] = process.argv;

// Only the decorators of controllers are read. Of the parts of the server, only the rate limits are used before a request.
const rateLimits = new MemoryRateLimits(() => new Date());
const unusedParts = new Proxy<Partial<Parts>>(
  { rateLimits },
  { get: (parts, name: keyof Parts) => parts[name] ?? {} },
) as Parts;
const app = await NestFactory.create<NestFastifyApplication>(ServerModule.of(unusedParts), new FastifyAdapter(), {
  logger: false,
  abortOnError: false,
});
app.setGlobalPrefix(...apiPrefix);
const document = `${JSON.stringify(createOpenApi(app, readApiTypes(types!)), null, 2)}\n`;
// An image is built without the folder of the documents.
for (const output of outputs) if (existsSync(dirname(output))) writeFileSync(output, document);
process.exit(0);

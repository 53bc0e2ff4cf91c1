import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { apiPrefix } from './adapter.js';
import { openApi } from './openapi.js';
import { ServerModule, type Parts } from './server.module.js';

/** Writes the OpenAPI document to the file that is named: what the admin UI's client is generated from. Opens no store. */
const [, , file] = process.argv;

// Routes are read off the controllers; what they would work on is never asked.
const nothing = new Proxy({} as Parts, { get: () => ({}) });
const app = await NestFactory.create<NestFastifyApplication>(ServerModule.of(nothing), new FastifyAdapter(), {
  logger: false,
  abortOnError: false,
});
app.setGlobalPrefix(...apiPrefix);
writeFileSync(file!, JSON.stringify(openApi(app)));
process.exit(0);

import { ConsoleLogger } from '@nestjs/common';
import type { LogLevel } from './config.js';

const levels = ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'] as const;
/** Nest tells of each module and route that it sets up: of interest to whoever debugs the start. */
const setUp = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication']);

/** Lines for a person at a terminal, JSON for everybody else. */
export class ServerLogger extends ConsoleLogger {
  constructor(level: LogLevel) {
    super({ logLevels: levels.slice(0, levels.indexOf(level) + 1), json: !process.stdout.isTTY });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (setUp.has(String(rest.at(-1)))) super.debug(message, ...(rest as [string]));
    else super.log(message, ...(rest as [string]));
  }

  override error(message: unknown, ...rest: unknown[]): void {
    // Nest's own words on a port that is taken; ours follow.
    if (rest.at(-1) !== 'NestApplication') super.error(message, ...(rest as [string]));
  }
}

import { ConsoleLogger } from '@nestjs/common';
import { logLevels, type LogLevel } from './settings.js';

/** Sources of Nest's messages about each module and route: logged at level `debug`. */
const setUp = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication']);

/** Logs lines of text to a terminal, else JSON. */
export class ServerLogger extends ConsoleLogger {
  constructor(level: LogLevel) {
    super({ logLevels: logLevels.slice(0, logLevels.indexOf(level) + 1), json: !process.stdout.isTTY });
  }

  /** Logs a message; Nest's messages about single modules and routes get the level `debug`. */
  override log(message: unknown, ...rest: unknown[]): void {
    if (setUp.has(String(rest.at(-1)))) super.debug(message, ...(rest as [string]));
    else super.log(message, ...(rest as [string]));
  }

  /** Logs an error, except Nest's own about a port that is taken. */
  override error(message: unknown, ...rest: unknown[]): void {
    // Nest's message about a port that is taken; `listen` throws a clearer one.
    if (rest.at(-1) !== 'NestApplication') super.error(message, ...(rest as [string]));
  }
}

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export const composeFile = 'docker/compose.yaml';

interface Service {
  readonly image?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
}

/** What `docker/compose.yaml` says. */
export const compose = parse(readFileSync(composeFile, 'utf8')) as {
  readonly services: Readonly<Record<'rollbook' | 'eventstore' | 'postgresql', Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};

/** The image of a service. */
export const imageOf = (service: 'eventstore' | 'postgresql'): string => compose.services[service].image!;

import { readFileSync } from 'node:fs';
import { DCLinter } from 'dclint';
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

/** Returns what the schema of compose files says against a file; not the linter's taste, which are warnings. */
export function composeErrors(file: string): string[] {
  const linter = new DCLinter({ rules: {}, quiet: true, debug: false, exclude: [] });
  // Its types don't resolve in ESM.
  const results = linter.lintFiles([file], false) as { messages: { type: string; message: string }[] }[];
  return results.flatMap(({ messages }) =>
    messages.filter(({ type }) => type === 'error').map(({ message }) => message),
  );
}

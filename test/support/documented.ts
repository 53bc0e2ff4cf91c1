import { readFileSync } from 'node:fs';

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<
    Record<
      string,
      { content?: Record<string, { schema: { allOf?: readonly { properties?: { code: { enum: string[] } } }[] } }> }
    >
  >;
}

const { paths } = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
};

/** The routes of the OpenAPI document, those with fewer parameters first, as the router prefers them. */
const routes = Object.entries(paths)
  .toSorted(([one], [other]) => one.split('{').length - other.split('{').length)
  .flatMap(([path, item]) =>
    Object.entries(item).map(([method, { operationId, responses }]) => ({
      method: method.toUpperCase(),
      pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
      operationId,
      codes: new Set(
        Object.values(responses).flatMap(({ content }) =>
          (content?.['application/problem+json']?.schema.allOf ?? []).flatMap(
            ({ properties }) => properties?.code.enum ?? [],
          ),
        ),
      ),
    })),
  );

/** Checks whether a code belongs to a problem that every route may respond with; the document names these once. */
const isShared = (code: string): boolean => /^(?:http\.\d+|server\.error|storage\.full)$/.test(code);

/** Throws if a route responded with a problem code that the OpenAPI document does not list for it. */
export function checkDocumented(method: string, url: string, problem: { readonly code?: string }): void {
  const { pathname } = new URL(url);
  const route = routes.find((known) => known.method === method && known.pattern.test(pathname));
  const { code } = problem;
  if (!route || !code || isShared(code) || route.codes.has(code)) return;
  throw new Error(`${route.operationId} answered ${code}, which its @Refuses does not name`);
}

import { readFileSync } from 'node:fs';
import { Api, type ApiResponse } from '../support/api.js';
import { expectStatus, userScopes } from '../support/server.js';
import type { Server } from '../../apps/server/src/server.js';

/** A read: by whom (the operator, or a user by id), and what. */
export interface Question {
  readonly as: string;
  readonly path: string;
  /** Of each item, only this field is of interest. */
  readonly only?: string;
}

export interface Answer extends Question {
  readonly status: number;
  readonly etag: string | null;
  /** JSON, all pages of a list in one; a text that is not JSON. */
  readonly body: unknown;
}

/** Asks all of it. What the context itself writes (the log beyond `head`) is left out of the answers. */
export async function ask(
  server: Server,
  questions: readonly Question[],
  { head, readAt }: { head: number; readAt: string },
): Promise<Answer[]> {
  const operator = new Api(server.url, readFileSync(server.operatorToken, 'utf8').trim());
  const callers = new Map([['operator', operator]]);
  for (const as of new Set(questions.map((question) => question.as))) {
    if (as !== 'operator') callers.set(as, operator.as(await tokenOf(operator, as, readAt)));
  }
  const answers: Answer[] = [];
  // Some at a time: one after the other they take a quarter of a minute.
  for (let from = 0; from < questions.length; from += 16) {
    const some = questions.slice(from, from + 16);
    answers.push(
      ...(await Promise.all(
        some.map(async (question) => ({ ...question, ...(await answer(callers.get(question.as)!, question, head)) })),
      )),
    );
  }
  return answers;
}

async function tokenOf(operator: Api, userId: string, readAt: string): Promise<string> {
  const expiresAt = new Date(Date.parse(readAt) + 86_400_000).toISOString();
  return expectStatus(
    201,
    await operator.post('/access-tokens', { kind: 'user', userId, name: 'reader', scopes: userScopes, expiresAt }),
  ).body.token;
}

type Item = Readonly<Record<string, unknown>>;

async function answer(
  api: Api,
  { path, only }: Question,
  head: number,
): Promise<Pick<Answer, 'status' | 'etag' | 'body'>> {
  const first = await api.get(path);
  const { status, etag } = first;
  const items = first.body?.items && (await allItems(api, path, first));
  if (!items) return { status, etag, body: first.body ?? first.text };
  const recorded = items.filter(({ position }: Item) => position === undefined || Number(position) <= head);
  return { status, etag, body: only ? recorded.map((item: Item) => item[only]) : recorded };
}

async function allItems(api: Api, path: string, { body }: ApiResponse): Promise<Item[]> {
  const items = [...body.items];
  for (let { next } = body; next;) {
    const page = expectStatus(
      200,
      await api.get(`${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(next)}`),
    ).body;
    items.push(...page.items);
    next = page.next;
  }
  return items;
}

import { randomUUID } from 'node:crypto';
import { Agent, request, type IncomingMessage } from 'node:http';
import { EventStoreDBClient, NO_STREAM, jsonEvent } from '@eventstore/db-client';
import type { Answered, Appends, Burst, Fired, Salvo, Shot } from './load.js';
import { answerQuestions } from './peer.js';

/** Lets this number of clients run tasks from one queue, and measures them. */
async function fire<Task>(
  clients: number,
  tasks: readonly Task[],
  client: (task: Task, fired: Fired) => Promise<void>,
): Promise<Fired> {
  const fired: Fired = { seconds: 0, latencies: [], seen: [], refused: 0 };
  const queue = tasks.values();
  const began = performance.now();
  const work = async () => {
    for (const task of queue) await client(task, fired);
  };
  await Promise.all(Array.from({ length: clients }, work));
  fired.seconds = (performance.now() - began) / 1_000;
  return fired;
}

async function http({ url, token, clients, tasks }: Salvo): Promise<Fired> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const { hostname, port } = new URL(url);
  const send = ({ method = 'POST', path, body }: Shot, headers: Record<string, string> = {}) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const call = request({
        agent,
        hostname,
        port,
        method,
        path,
        headers: {
          ...(token && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
          ...headers,
        },
      });
      call.on('response', (answer) =>
        answer
          .on('end', () => resolve(answer))
          .on('error', reject)
          .resume(),
      );
      call.on('error', reject).end(body);
    });
  try {
    return await fire(clients, tasks, async (task, fired) => {
      for (const shot of task) {
        const began = performance.now();
        const answer = await send(shot);
        const acknowledged = performance.now();
        fired.latencies.push(acknowledged - began);
        if (answer.statusCode! >= 300) fired.refused++;
        if (!shot.see) continue;
        await send(
          { method: 'GET', path: shot.see },
          { 'rollbook-min-position': answer.headers['rollbook-position'] as string },
        );
        fired.seen.push(performance.now() - acknowledged);
      }
    });
  } finally {
    agent.destroy();
  }
}

/** Appends one event to each of many streams. */
async function append({ url, namespace, clients, count, event: { type, data, metadata } }: Appends): Promise<Fired> {
  const client = EventStoreDBClient.connectionString(url);
  try {
    return await fire(clients, Array.from({ length: count }), async (_, fired) => {
      const began = performance.now();
      const event = jsonEvent({ id: randomUUID(), type, data, metadata });
      await client.appendToStream(`${namespace}.raw-${randomUUID()}`, [event], { expectedRevision: NO_STREAM });
      fired.latencies.push(performance.now() - began);
    });
  } finally {
    await client.dispose();
  }
}

let sources = 0;

/** Sends all requests at once, each on its own connection. */
function burst({ url, email, count }: Burst): Promise<Answered[]> {
  const agent = new Agent({ maxSockets: count });
  const body = JSON.stringify({ email, password: 'wrong' });
  const logIn = () =>
    new Promise<Answered>((resolve, reject) => {
      const began = performance.now();
      const from = `10.9.${(++sources >> 8) & 255}.${sources & 255}`;
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        origin: url,
        'x-forwarded-for': from,
      };
      const call = request(`${url}/api/v1/login`, { agent, method: 'POST', headers });
      call.on('response', (answer) =>
        answer
          .on('end', () => resolve({ status: answer.statusCode!, ms: performance.now() - began }))
          .on('error', reject)
          .resume(),
      );
      call.on('error', reject).end(body);
    });
  return Promise.all(Array.from({ length: count }, logIn)).finally(() => agent.destroy());
}

answerQuestions({ http, append, burst });

import type { Api } from './api.js';

/** One server-sent event of `GET /accounts/:id/changes`. */
export interface ChangeEvent {
  readonly event: string;
  readonly id: number;
  readonly data: {
    readonly userIds?: readonly string[];
    readonly accounts?: Readonly<Record<string, readonly string[]>>;
  };
}

/** A stream of changes that a client has opened. */
export interface LiveChanges {
  readonly response: Response;
  /** Waits for the next event; returns `undefined` at the end. */
  readonly next: () => Promise<ChangeEvent | undefined>;
  readonly leave: () => void;
}

/** Opens a stream of changes as this caller, after the lists show everything that was done before. */
export async function listenToChanges(
  api: Api,
  path: string,
  headers: Record<string, string> = {},
): Promise<LiveChanges> {
  await api.get('/me');
  const leave = new AbortController();
  const response = await fetch(`${api.url}/api/v1${path}`, {
    headers: { authorization: `Bearer ${api['token']}`, ...headers },
    signal: leave.signal,
  });
  const chunks = response.body!.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let text = '';
  const next = async (): Promise<ChangeEvent | undefined> => {
    while (!text.includes('\n\n')) {
      const { value, done } = await chunks.next();
      if (done) return undefined;
      text += value;
    }
    const [block = ''] = text.split('\n\n', 1);
    text = text.slice(block.length + 2);
    const fields = Object.fromEntries(
      block
        .trim()
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
    );
    return fields['data']
      ? { event: fields['event']!, id: Number(fields['id']), data: JSON.parse(fields['data']) }
      : next();
  };
  return { response, next, leave: () => leave.abort() };
}

/** Asks the user to authenticate again; resolves with whether they did. */
type Reauthenticate = () => Promise<boolean>;

let reauthenticate: Reauthenticate | undefined;
let pending: Promise<boolean> | undefined;

/** Sets the function that asks the user to authenticate again. Returns a function that removes it. */
export function setReauthenticate(next: Reauthenticate): () => void {
  reauthenticate = next;
  return () => {
    if (reauthenticate === next) reauthenticate = undefined;
  };
}

/** If the response demands a recent authentication, asks the user for it and calls `send` once more; else returns the response. Concurrent requests share one dialog. */
export async function retryAfterReauthentication(response: Response, send: () => Promise<Response>): Promise<Response> {
  if (response.status !== 403 || !(await isReauthenticationRequired(response.clone()))) return response;
  pending ??= (reauthenticate?.() ?? Promise.resolve(false)).finally(() => (pending = undefined));
  return (await pending) ? send() : response;
}

async function isReauthenticationRequired(response: Response): Promise<boolean> {
  const problem = (await response.json().catch(() => undefined)) as { code?: string } | undefined;
  return problem?.code === 'access.reauthenticate';
}

/** Asks whoever is at the page to show again who they are; whether they did. */
type Reauthenticate = () => Promise<boolean>;

let reauthenticate: Reauthenticate | undefined;
let pending: Promise<boolean> | undefined;

/** Who asks, while they are on the page. */
export function setReauthenticate(next: Reauthenticate): () => void {
  reauthenticate = next;
  return () => {
    if (reauthenticate === next) reauthenticate = undefined;
  };
}

/** What `send` sends is sent once more where the server first wants to know who is there. Several requests share one question. */
export async function retryAfterReauthentication(response: Response, send: () => Promise<Response>): Promise<Response> {
  if (response.status !== 403 || !(await isReauthenticationRequired(response.clone()))) return response;
  pending ??= (reauthenticate?.() ?? Promise.resolve(false)).finally(() => (pending = undefined));
  return (await pending) ? send() : response;
}

async function isReauthenticationRequired(response: Response): Promise<boolean> {
  const problem = (await response.json().catch(() => undefined)) as { code?: string } | undefined;
  return problem?.code === 'access.reauthenticate';
}

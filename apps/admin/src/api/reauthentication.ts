/** Asks whoever is at the page to show again who they are; whether they did. */
type Ask = () => Promise<boolean>;

let ask: Ask | undefined;
let asking: Promise<boolean> | undefined;

/** Who asks, while they are on the page. */
export function answerWith(next: Ask): () => void {
  ask = next;
  return () => {
    if (ask === next) ask = undefined;
  };
}

/** What `send` sends is sent once more where the server first wants to know who is there. Several requests share one question. */
export async function reauthenticating(response: Response, send: () => Promise<Response>): Promise<Response> {
  if (response.status !== 403 || !(await wantsAuthentication(response.clone()))) return response;
  asking ??= (ask?.() ?? Promise.resolve(false)).finally(() => (asking = undefined));
  return (await asking) ? send() : response;
}

async function wantsAuthentication(response: Response): Promise<boolean> {
  const problem = (await response.json().catch(() => undefined)) as { code?: string } | undefined;
  return problem?.code === 'access.reauthenticate';
}

import type { Api } from './api.js';
import { pollUntilDefined } from './mail-server.js';
import { expectStatus } from './server.js';

/** Returns the health of a server once its read models show the whole log, which takes a moment after a start. */
export const readSettledHealth = (operator: Api) =>
  pollUntilDefined(async () => {
    const { body } = expectStatus(200, await operator.get('/health/ready'));
    return body.projections.status === 'catching up' ? undefined : body;
  });

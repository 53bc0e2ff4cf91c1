import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { normalizeSpaces } from '#libs/kernel';
import type { StreamAtRevision } from './examine-stream.js';
import { runLogTool } from './log-tool.js';

const help = [
  'npm run log:accept -- STREAM@REVISION --reason "…" [--yes]',
  '',
  'Accepts a tampered stream (npm run log:verify) as the events that are authentic and visible in it now, so that commands on it',
  'work again. REVISION is the last revision of the stream. The acceptance is an event of the log, TamperedStreamAccepted, with',
  'the reason, and is noted in the vault. What is accepted stays under check: a later change of it is found as before.',
  '',
  'Without --yes it shows what would be accepted, which events are altered, foreign or missing, and the state after that, and',
  'changes nothing. It reads the whole log. If authentic events are lost, the read models have to be built again.',
  '',
  'Find out first who has changed the log, and how. A restore of a backup loses all later events, but no earlier ones. If the',
  "metadata of the stream were changed by EventStoreDB's own means, set them back before.",
  '',
  'A person who can run this has all keys of the installation; the event names no person. The server must be stopped. Settings are',
  'those of the server (npm start -- --help).',
  '',
  'Exit code 0: the stream is accepted, or was before. 1: it is not. 2: wrong arguments.',
].join('\n');

interface Arguments extends StreamAtRevision {
  readonly reason: string;
  readonly isConfirmed: boolean;
}

const maxReasonLength = 500;

function parse(args: string[]): Arguments {
  const { values, positionals } = parseArgs({
    args,
    options: { reason: { type: 'string' }, yes: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [, stream, revision] = /^(.+)@(\d{1,15})$/.exec(positionals[0] ?? '') ?? [];
  const reason = normalizeSpaces(values.reason ?? '');
  if (!stream || positionals.length > 1 || reason === '' || reason.length > maxReasonLength)
    throw new Error('wrong arguments');
  return { stream, revision: Number(revision), reason, isConfirmed: values.yes };
}

await runLogTool({
  help,
  parse,
  async work(config, closing, { stream, revision, reason, isConfirmed }) {
    // Imported only here, so that the help and a wrong setting are shown at once.
    const { openStoppedLog } = await import('./open-stores.js');
    const { proposeAcceptance, proposeInstallationStream } = await import('./accept-stream.js');
    const { installationStream } = await import('./installation-stream.js');
    const { Progress } = await import('./progress.js');
    const target = { stream, revision };
    let examined: Awaited<ReturnType<typeof proposeInstallationStream>> | undefined;
    const log = await openStoppedLog(config, closing, {
      acceptsOlderLog: true,
      // The log can not be opened before.
      ...(stream === installationStream && {
        beforeChecks: async (opened) => void (examined = await proposeInstallationStream(opened, target)),
      }),
    });
    const progress = new Progress('events are read', await log.store.lastPosition());
    const proposal = await proposeAcceptance(log, target, {
      namespace: config.eventStoreNamespace,
      examined,
      show: (check) => progress.show(check.count, check.lastPosition),
    });
    if (proposal === 'accepted') {
      console.log(`${stream}@${revision} is already accepted: nothing was changed.`);
      return 0;
    }
    for (const line of proposal.lines) console.log(line);
    if (!isConfirmed) {
      console.log('Nothing was changed. To accept this, repeat the command with --yes.');
      return 1;
    }
    await proposal.accept(reason);
    const rebuild = config.databaseUrl
      ? 'Drop the schema rollbook of DATABASE_URL before the start: it is built again.'
      : 'The next start builds the read models again.';
    console.log(
      `${stream}@${revision} is accepted. ${proposal.losesEvents ? rebuild : 'The read models stay as they are.'} Make a backup now.`,
    );
    return 0;
  },
});

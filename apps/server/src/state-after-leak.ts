import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { normalizeSpaces } from '#libs/kernel';
import { runLogTool } from './log-tool.js';

const help = [
  'npm run state:after-leak -- [--reason "…"] [--yes]',
  '',
  'For when others may have read the vault together with its key: a stolen backup, a copied disk. All servers must be stopped.',
  'First run npm run state:rewrap: else the new keys are stored under a vault key that others know.',
  '',
  'It begins new keys for events, mailed links, device cookies, cursors, and the rows of sessions and tokens. All mailed links stop',
  'working. All sessions and access tokens end, by events with the reason, and the token in DATA_DIR/operator-token is replaced.',
  'Without --yes it shows how many there are, and changes nothing. If it is interrupted, no server starts until it has been run',
  'again with --yes.',
  '',
  '  --reason "…"   shown to auditors (default: "The vault may have been read by others")',
  '',
  'It can not undo that data were read. Personal data of a log that was read with this vault stay read. The keys of personal data',
  'do not change, since the log is sealed under them. The key that authenticates the rows of addresses and of the checkpoint of',
  'mails does not change either: make sure that others can not write into the database.',
  'Passwords stay valid: users should choose another one, because the hashes can be attacked by guessing.',
  'Make a backup afterwards and destroy older ones: with an older copy of the vault, the server does not start on this log.',
  '',
  'Exit code 0: done. 1: nothing was changed, or it failed. 2: wrong arguments.',
].join('\n');

interface Arguments {
  readonly reason: string;
  readonly isConfirmed: boolean;
}

const maxReasonLength = 500;

function parse(args: string[]): Arguments {
  const { values } = parseArgs({
    args,
    options: {
      reason: { type: 'string', default: 'The vault may have been read by others' },
      yes: { type: 'boolean', default: false },
    },
  });
  const reason = normalizeSpaces(values.reason);
  if (reason === '' || reason.length > maxReasonLength) throw new Error('wrong arguments');
  return { reason, isConfirmed: values.yes };
}

await runLogTool({
  help,
  parse,
  async work(config, closing, { reason, isConfirmed }) {
    // Imported only here, so that the help and a wrong setting are shown at once.
    const { openStoppedLog } = await import('./open-stores.js');
    const { describeLeakResponse, respondToLeak } = await import('./respond-to-leak.js');
    const log = await openStoppedLog(config, closing);
    for (const line of await describeLeakResponse(log)) console.log(line);
    if (!isConfirmed) {
      console.log('Nothing was changed. Have you run npm run state:rewrap? Then repeat the command with --yes.');
      return 1;
    }
    const { generation, operatorToken, tampered } = await respondToLeak(log, config, reason);
    if (tampered.length > 0)
      console.log(
        `Ended without an event, because their streams were tampered with (npm run log:verify): ${tampered.join(', ')}.`,
      );
    for (const line of [
      `All sessions, access tokens and mailed links have ended. Generation ${generation} of the key authenticates new events.`,
      `A new operator's token is in ${operatorToken}.`,
      'Make a backup now and destroy older ones. If the vault key has not been changed since the leak, run npm run state:rewrap and this tool again.',
      'Ask all users to choose another password: POST …/users/:id/reset-password mails a link.',
      'Data that were read stay read: tell those concerned.',
    ])
      console.log(line);
    return 0;
  },
});

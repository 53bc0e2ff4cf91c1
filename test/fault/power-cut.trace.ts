import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { embeddedEnvironment } from '../support/server-process.js';

/** What a process did to the files of a directory. */
export type Call =
  | { readonly kind: 'create' | 'unlink' | 'sync'; readonly name: string }
  | { readonly kind: 'rename'; readonly name: string; readonly to: string }
  | { readonly kind: 'truncate'; readonly name: string; readonly length: number }
  | { readonly kind: 'write'; readonly name: string; readonly bytes: Buffer; readonly at: number }
  | { readonly kind: 'append'; readonly name: string; readonly text: string }
  | { readonly kind: 'sync directory' };

const calls = 'openat,pwrite64,write,fsync,fdatasync,ftruncate,rename,unlink';

/** Why strace can't be used here; `undefined` if it can. */
export function whyNoTrace(): string | undefined {
  const { error, status, stderr } = spawnSync('strace', ['-f', '-o', '/dev/null', 'true'], { encoding: 'utf8' });
  if (error) return 'strace is not installed';
  return status === 0 ? undefined : `strace can't trace here: ${stderr.trim()}`;
}

/** Runs a command and returns what all its threads did to the named files of a directory, in order. */
export function trace(command: string[], directory: string, names: string[], record: string): Call[] {
  const paths = [directory, ...names.map((name) => join(directory, name))].flatMap((path) => ['-P', path]);
  const { status, stderr } = spawnSync(
    'strace',
    [
      '-f',
      '-qq',
      '-y',
      '-xx',
      '-s',
      '10000000',
      '--seccomp-bpf',
      '-e',
      `trace=${calls}`,
      '-o',
      record,
      ...paths,
      ...command,
    ],
    { env: embeddedEnvironment, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`the traced process ended with ${status}: ${stderr}`);
  return readRecord(record, directory);
}

function readRecord(record: string, directory: string): Call[] {
  const begun = new Map<string, string>();
  return readFileSync(record, 'latin1')
    .split('\n')
    .flatMap((line) => {
      const [, thread, text] = /^(\d+) +(.*)$/.exec(line) ?? [];
      const start = / <unfinished \.\.\.>$/.exec(text ?? '');
      if (start) begun.set(thread!, text!.slice(0, start.index));
      if (!text || start) return [];
      return readCall(
        text.replace(/^<\.\.\. \w+ resumed>/, () => begun.get(thread!)!),
        directory,
      );
    });
}

/** strace's `name(arguments) = result`, text as `"\x41"`, a descriptor as `3<\x2f…>`. */
function readCall(text: string, directory: string): Call[] {
  const [, call, rest, result] = /^(\w+)\((.*)\) += (-?\d+)/s.exec(text) ?? [];
  if (!call || Number(result) < 0) return [];
  const strings = [...rest!.matchAll(/["<]((?:\\x\w\w)*)[">]/g)].map(([, hex]) =>
    Buffer.from(hex!.replaceAll('\\x', ''), 'hex'),
  );
  const numbers = [...rest!.matchAll(/, (\d+)/g)].map(([, number]) => Number(number));
  const path = strings[call === 'openat' ? 1 : 0]!.toString();
  const name = basename(path);
  switch (call) {
    case 'openat':
      return rest!.includes('O_CREAT') ? [{ kind: 'create', name }] : [];
    case 'unlink':
      return [{ kind: 'unlink', name }];
    case 'rename':
      return [{ kind: 'rename', name, to: basename(strings[1]!.toString()) }];
    case 'ftruncate':
      return [{ kind: 'truncate', name, length: numbers[0]! }];
    case 'pwrite64':
      return [{ kind: 'write', name, bytes: strings[1]!, at: numbers[1]! }];
    case 'write':
      return [{ kind: 'append', name, text: strings[1]!.toString() }];
    default:
      return [path === directory ? { kind: 'sync directory' } : { kind: 'sync', name }];
  }
}

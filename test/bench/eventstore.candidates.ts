import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Candidate } from './eventstore.measures.js';
import type { StartedNode } from './node.process.js';
import { startPeer } from './peer.js';

const preload = { NODE_OPTIONS: `--import ${new URL('stall.js', import.meta.url).href}` };

/** How long a node needed to open its log again after its process had ended without closing it. */
export interface Reopened {
  readonly candidate: string;
  /** The duration in ms, including the start of the thread. */
  readonly took: number;
  /** Resident memory before, in MB. */
  readonly memory: number;
}

/** Starts the candidates: the embedded node with and without TLS, and the event store at `url`. */
export async function open(url: string | undefined): Promise<Candidate[]> {
  const candidates = [await start('embedded', false), await start('embedded, insecure', true)];
  return url ? [{ name: 'EVENTSTORE_URL', url }, ...candidates] : candidates;
}

async function start(name: string, insecure: boolean): Promise<Candidate> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-event-store-'));
  const peer = startPeer('node', preload);
  const { url } = await peer.ask<StartedNode>('start', { directory, insecure });
  return { name, url, node: { peer, directory, insecure } };
}

export async function reopen(candidates: readonly Candidate[]): Promise<Reopened[]> {
  const found: Reopened[] = [];
  for (const { name, node } of candidates) {
    if (!node) continue;
    const { directory, insecure } = node;
    const memory = await node.peer.ask<number>('memory');
    // It ends with its parent, without closing.
    await node.peer.end();
    node.peer = startPeer('node', preload);
    const { took } = await node.peer.ask<StartedNode>('start', { directory, insecure });
    found.push({ candidate: name, took, memory });
  }
  return found;
}

export async function close(candidates: readonly Candidate[]): Promise<void> {
  for (const { node } of candidates) {
    if (!node) continue;
    await node.peer.end();
    rmSync(node.directory, { recursive: true });
  }
}

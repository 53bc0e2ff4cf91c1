import {
  Server,
  ServerCredentials,
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type MethodDefinition,
  type ServiceError,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { recognise } from './access.js';
import { closing, denied, unauthenticated } from './answers.js';
import { answerAppend, answerBatchAppend, denyBatchAppend } from './appender.js';
import type { Identity } from './certificate.js';
import { pack, type FrameCall } from './delivery.js';
import type { Log, Proposed } from './log.js';
import {
  readAppend,
  readAppendPiece,
  readReadRequest,
  type AppendOptions,
  type AppendPiece,
  type ReadRequest,
} from './messages.js';
import { answerRead } from './reader.js';
import { Encoder } from './wire.js';
import type { Writer } from './writer.js';

/** The version whose behaviour this node shows: clients ask before they use what is newer. */
const VERSION = '23.10.0';

/** The largest message that a client of EventStoreDB sends or takes, in bytes. */
const MAXIMUM_MESSAGE = 17 * 1024 * 1024;

/** How long readers may take to notice that the node closes, in milliseconds. */
const CLOSE_TIMEOUT = 1000;

const STREAMS = 'event_store.client.streams.Streams';
const FEATURES = 'event_store.client.server_features.ServerFeatures';
const METHODS = { append: STREAMS, batchappend: STREAMS, read: STREAMS, getsupportedmethods: FEATURES };

const method = (
  path: string,
  requestStream: boolean,
  responseStream: boolean,
  requestDeserialize: (message: Buffer) => unknown,
): MethodDefinition<unknown, unknown> => ({
  path,
  requestStream,
  responseStream,
  requestDeserialize,
  responseSerialize: (responseStream ? pack : (message: Buffer) => message) as (response: unknown) => Buffer,
  // These two are a client's.
  requestSerialize: () => Buffer.alloc(0),
  responseDeserialize: () => undefined,
});

const SERVICE = {
  append: method(`/${STREAMS}/Append`, true, false, readAppend),
  batchAppend: method(`/${STREAMS}/BatchAppend`, true, true, readAppendPiece),
  read: method(`/${STREAMS}/Read`, false, true, readReadRequest),
  features: method(`/${FEATURES}/GetSupportedMethods`, false, false, (message) => message),
};

type Frames = readonly Uint8Array[];

/** A listening node; what it doesn't know it answers with UNIMPLEMENTED. */
export interface Listening {
  readonly port: number;
  /** Answers what was acknowledged, tells the others that it closes, and stops. */
  stop(): Promise<void>;
}

/** What keeps others out: TLS, and a password. */
export interface Secrets {
  readonly identity: Identity;
  readonly password: string;
}

/** What is served. */
export interface Served {
  readonly log: Log;
  readonly writer: Writer;
  /** Hears of an error after which the log can't be trusted: the node must stop. */
  readonly fail: (error: Error) => void;
}

/**
 * Serves a log on loopback.
 * @param secrets `undefined`: in clear, to everybody
 */
export async function listen(served: Served, port: number, secrets: Secrets | undefined): Promise<Listening> {
  const server = new Server({ 'grpc.max_receive_message_length': MAXIMUM_MESSAGE, 'grpc.enable_channelz': 0 });
  const open = new Set<FrameCall>();
  server.addService(SERVICE, handlers(served, open, secrets?.password));
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentialsOf(secrets), (error, actual) =>
      error ? reject(error) : resolve(actual),
    );
  });
  return {
    port: bound,
    stop: async () => {
      await served.writer.close();
      await nextTurn();
      for (const call of open) call.emit('error', closing());
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          server.forceShutdown();
          resolve();
        }, CLOSE_TIMEOUT);
        server.tryShutdown(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
  };
}

function credentialsOf(secrets: Secrets | undefined): ServerCredentials {
  if (!secrets) return ServerCredentials.createInsecure();
  const { key, certificate } = secrets.identity;
  return ServerCredentials.createSsl(null, [{ private_key: Buffer.from(key), cert_chain: Buffer.from(certificate) }]);
}

/** Whoever gives no credentials may ask what the node can do, no more; whoever gives wrong ones not even that. */
const refusals = { anonymous: denied, refused: unauthenticated };

function handlers(
  { log, writer, fail }: Served,
  open: Set<FrameCall>,
  password: string | undefined,
): UntypedServiceImplementation {
  const callerOf = recognise(password);
  const track = <Call extends FrameCall>(call: Call): Call => {
    open.add(call);
    call.once('close', () => open.delete(call));
    return call;
  };
  return {
    append: ((call, callback) => {
      const caller = callerOf(call.metadata);
      if (caller === 'admitted') answerAppend(writer, call, callback);
      else callback(refusals[caller]());
    }) satisfies handleClientStreamingCall<AppendOptions | Proposed, Uint8Array>,
    batchAppend: ((call) => {
      const caller = callerOf(call.metadata);
      if (caller === 'admitted') answerBatchAppend(writer, track(call));
      else if (caller === 'anonymous') denyBatchAppend(track(call));
      else call.emit('error', refusals[caller]());
    }) satisfies handleBidiStreamingCall<AppendPiece, Frames>,
    read: ((call) => {
      const caller = callerOf(call.metadata);
      if (caller === 'admitted')
        answerRead(log, track(call)).catch((error: ServiceError) =>
          typeof error.code === 'number' ? call.emit('error', error) : fail(error),
        );
      else call.emit('error', refusals[caller]());
    }) satisfies handleServerStreamingCall<ReadRequest, Frames>,
    features: ((call, callback) => {
      const caller = callerOf(call.metadata);
      if (caller === 'refused') callback(refusals[caller]());
      else callback(null, supportedMethods());
    }) satisfies handleUnaryCall<unknown, Buffer>,
  };
}

function supportedMethods(): Buffer {
  const encoder = new Encoder().text(2, VERSION);
  for (const [name, service] of Object.entries(METHODS)) encoder.message(1, (it) => it.text(2, service).text(1, name));
  return encoder.finish();
}

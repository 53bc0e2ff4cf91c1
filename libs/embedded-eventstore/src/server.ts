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
import { setImmediate as nextTick } from 'node:timers/promises';
import { createAuthenticator } from './authentication.js';
import { closingError, accessDeniedError, unauthenticatedError } from './responses.js';
import { handleAppend, handleBatchAppend, refuseBatchAppend } from './append-handlers.js';
import type { TlsIdentity } from './certificate.js';
import { packFrames, type FrameCall } from './reader-connection.js';
import type { Log, NewEvent } from './log.js';
import {
  decodeAppendMessage,
  decodeAppendPiece,
  decodeReadRequest,
  type AppendOptions,
  type AppendPiece,
  type ReadRequest,
} from './messages.js';
import { handleRead } from './read-handler.js';
import { Encoder } from './wire.js';
import type { AppendQueue } from './append-queue.js';

/** The version of EventStoreDB that this node behaves like: clients ask for it before they use newer features. */
const VERSION = '23.10.0';

/** The largest message that a client of EventStoreDB sends or accepts, in bytes. */
const MAX_MESSAGE_BYTES = 17 * 1024 * 1024;

/** How long closing waits for the readers, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1000;

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
  responseSerialize: (responseStream ? packFrames : (message: Buffer) => message) as (response: unknown) => Buffer,
  // Only clients use these two.
  requestSerialize: () => Buffer.alloc(0),
  responseDeserialize: () => undefined,
});

const SERVICE = {
  append: method(`/${STREAMS}/Append`, true, false, decodeAppendMessage),
  batchAppend: method(`/${STREAMS}/BatchAppend`, true, true, decodeAppendPiece),
  read: method(`/${STREAMS}/Read`, false, true, decodeReadRequest),
  features: method(`/${FEATURES}/GetSupportedMethods`, false, false, (message) => message),
};

type Frames = readonly Uint8Array[];

/** A running server. It answers unknown calls with UNIMPLEMENTED. */
export interface RunningServer {
  readonly port: number;
  /** Responds to all queued appends, ends the other calls with an error, and stops listening. */
  stop(): Promise<void>;
}

/** TLS and the password. */
export interface ServerSecurity {
  readonly identity: TlsIdentity;
  readonly password: string;
}

export interface ServerDependencies {
  readonly log: Log;
  readonly queue: AppendQueue;
  /** Is called for an error after which the log can't be trusted: the node must stop. */
  readonly onFatalError: (error: Error) => void;
}

/**
 * Starts a gRPC server for a log on loopback.
 * @param security `undefined`: without TLS and password
 */
export async function startServer(
  dependencies: ServerDependencies,
  port: number,
  security: ServerSecurity | undefined,
): Promise<RunningServer> {
  const server = new Server({ 'grpc.max_receive_message_length': MAX_MESSAGE_BYTES, 'grpc.enable_channelz': 0 });
  const openCalls = new Set<FrameCall>();
  server.addService(SERVICE, createHandlers(dependencies, openCalls, security?.password));
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, toCredentials(security), (error, actual) =>
      error ? reject(error) : resolve(actual),
    );
  });
  return {
    port: bound,
    stop: async () => {
      await dependencies.queue.close();
      await nextTick();
      for (const call of openCalls) call.emit('error', closingError());
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          server.forceShutdown();
          resolve();
        }, CLOSE_TIMEOUT_MS);
        server.tryShutdown(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
  };
}

function toCredentials(security: ServerSecurity | undefined): ServerCredentials {
  if (!security) return ServerCredentials.createInsecure();
  const { key, certificate } = security.identity;
  return ServerCredentials.createSsl(null, [{ private_key: Buffer.from(key), cert_chain: Buffer.from(certificate) }]);
}

/** Callers without credentials may only ask for the supported methods, callers with wrong ones not even that. */
const authenticationErrors = { anonymous: accessDeniedError, rejected: unauthenticatedError };

function createHandlers(
  { log, queue, onFatalError }: ServerDependencies,
  openCalls: Set<FrameCall>,
  password: string | undefined,
): UntypedServiceImplementation {
  const authenticate = createAuthenticator(password);
  const track = <Call extends FrameCall>(call: Call): Call => {
    openCalls.add(call);
    call.once('close', () => openCalls.delete(call));
    return call;
  };
  return {
    append: ((call, callback) => {
      const caller = authenticate(call.metadata);
      if (caller === 'authenticated') handleAppend(queue, call, callback);
      else callback(authenticationErrors[caller]());
    }) satisfies handleClientStreamingCall<AppendOptions | NewEvent, Uint8Array>,
    batchAppend: ((call) => {
      const caller = authenticate(call.metadata);
      if (caller === 'authenticated') handleBatchAppend(queue, track(call));
      else if (caller === 'anonymous') refuseBatchAppend(track(call));
      else call.emit('error', authenticationErrors[caller]());
    }) satisfies handleBidiStreamingCall<AppendPiece, Frames>,
    read: ((call) => {
      const caller = authenticate(call.metadata);
      if (caller === 'authenticated')
        handleRead(log, track(call)).catch((error: ServiceError) =>
          typeof error.code === 'number' ? call.emit('error', error) : onFatalError(error),
        );
      else call.emit('error', authenticationErrors[caller]());
    }) satisfies handleServerStreamingCall<ReadRequest, Frames>,
    features: ((call, callback) => {
      const caller = authenticate(call.metadata);
      if (caller === 'rejected') callback(authenticationErrors[caller]());
      else callback(null, encodeSupportedMethods());
    }) satisfies handleUnaryCall<unknown, Buffer>,
  };
}

function encodeSupportedMethods(): Buffer {
  const encoder = new Encoder().text(2, VERSION);
  for (const [name, service] of Object.entries(METHODS)) encoder.message(1, (it) => it.text(2, service).text(1, name));
  return encoder.finish();
}

import { hostname } from 'node:os';

/** Names a server in leases: the same after a restart, since one server at a time uses a data directory. */
export const serverHolder = (dataDir: string): string => `${hostname()}:${dataDir}`;

/** Names this process in leases. */
export const processHolder = (): string => `${hostname()}:${process.pid}`;

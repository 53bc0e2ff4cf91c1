import { ChangesHub } from './changes-hub';

// A worker that all tabs of this browser share: it lives for as long as one of them does.
const hub = new ChangesHub();
globalThis.addEventListener('connect', (event) => hub.add((event as MessageEvent).ports[0]!));

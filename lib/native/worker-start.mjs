// Node's workers don't take over the loader that reads TypeScript, so a worker starts here: it brings the loader and then its module.
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
await import(workerData.module);

import type { AppContext } from '../services/app-context';
import type { App } from './app';
import { openApp } from './app';
import { readEnv } from './env';

/**
 * The one App of this process. Pages and routes are bundled apart from the server and have modules of their own, so it hangs on
 * `globalThis`. Our own server puts it there; under plain `next dev`, whoever asks first opens it.
 */
const APP = Symbol.for('mns.app');

type Holder = typeof globalThis & { [APP]?: Promise<App> };

/** ownApp makes `app` the App of this process. */
export function ownApp(app: App): void {
  (globalThis as Holder)[APP] = Promise.resolve(app);
}

/** theApp gives the App of this process, opened at first use if no server owns one. */
export function theApp(): Promise<App> {
  const holder = globalThis as Holder;
  let app = holder[APP];
  if (app === undefined) {
    app = openHere();
    holder[APP] = app;
    app.catch(() => delete holder[APP]);
  }
  return app;
}

/** appContext is the context that services want. */
export async function appContext(): Promise<AppContext> {
  return (await theApp()).ctx;
}

async function openHere(): Promise<App> {
  const app = await openApp(readEnv(process.env), (line) => void process.stdout.write(`mns: ${line}\n`));
  app.listening(app.env.port);
  return app;
}

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { contentPolicy, newNonce, PAGE_HEADERS, STRICT_TRANSPORT } from './headers';
import { staticFiles } from './static-files';

/** Pages serves what the hot lane does not: Next's pages and their files. */
export interface Pages {
  serve(req: IncomingMessage, res: ServerResponse): Promise<void>;
  close(): Promise<void>;
}

interface PagesOptions {
  root: string;
  dev: boolean;
  port: number;
  /** secure says that the origin is public, so browsers are told to stay with https. */
  secure: boolean;
  server: Server;
}

/** openPages prepares Next in this process. In development it also answers the sockets of hot reloading. */
export async function openPages(options: PagesOptions): Promise<Pages> {
  const { dev, root, port, server } = options;
  const { default: next } = await import('next');
  // Under Node's ESM loader the default export of a CommonJS module may come wrapped once more.
  const create = typeof next === 'function' ? next : (next as { default: typeof next }).default;
  const app = create({ dev, dir: root, hostname: 'localhost', port, httpServer: server });
  await app.prepare();
  const handle = app.getRequestHandler();
  if (dev) {
    const upgrade = app.getUpgradeHandler();
    server.on('upgrade', (req, socket, head) => void upgrade(req, socket, head).catch(() => socket.destroy()));
  }
  const files = dev ? null : staticFiles(root);
  return {
    async serve(req, res) {
      if (options.secure) res.setHeader('strict-transport-security', STRICT_TRANSPORT);
      if (files !== null && (await files(req, res))) return;
      const policy = contentPolicy(newNonce(), dev);
      // Next reads the nonce from the request's header; what a client sent there must not count.
      req.headers['content-security-policy'] = policy;
      delete req.headers['content-security-policy-report-only'];
      res.setHeader('content-security-policy', policy);
      for (const [name, value] of Object.entries(PAGE_HEADERS)) res.setHeader(name, value);
      await handle(req, res);
    },
    close: () => app.close(),
  };
}

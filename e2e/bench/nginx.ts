import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePort, type Running, serve, tempFolder } from './processes';

const PLACES = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx'];

/** serveByNginx serves files, by their paths, with the machine's nginx and nothing but its defaults; null where there is none. */
export async function serveByNginx(files: ReadonlyMap<string, Uint8Array>): Promise<Running | null> {
  const nginx = PLACES.find((place) => existsSync(place));
  if (nginx === undefined) return null;
  const folder = tempFolder('nginx');
  for (const [path, bytes] of files) {
    const file = join(folder, 'www', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  const port = await freePort();
  writeFileSync(join(folder, 'www/health'), 'ok');
  writeFileSync(
    join(folder, 'nginx.conf'),
    `${process.getuid?.() === 0 ? 'user root; ' : ''}daemon off; worker_processes auto; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; open_file_cache max=10000 inactive=60s;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server { listen 127.0.0.1:${port}; root ${folder}/www; default_type application/octet-stream; add_header cache-control "public, max-age=604800, immutable"; }
}
`,
  );
  return serve({ command: nginx, args: ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], healthPath: '/health', port });
}

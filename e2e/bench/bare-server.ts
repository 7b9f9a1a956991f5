import { createServer } from 'node:http';

/*
 * The least a node:http server can do: it takes the body in and answers with BYTES bytes, every time the same. What no server
 * on Node does faster.
 */

const body = Buffer.alloc(Number(process.env.BYTES ?? 2), 0x20);
const headers = { 'content-type': process.env.TYPE ?? 'application/json', 'content-length': body.length };

createServer({ keepAliveTimeout: 65_000 }, (req, res) => {
  if (req.method === 'GET') {
    res.writeHead(200, headers);
    res.end(body);
    return;
  }
  req.on('data', () => undefined);
  req.on('end', () => {
    res.writeHead(202, headers);
    res.end(body);
  });
}).listen(Number(process.env.PORT));

import { createSocket } from 'node:dgram';

/* The least a UDP server on Node can do: what it gets goes back, marked as an answer. */

const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20, lookup: (address, _, done) => done(null, address, 4) });
socket.on('message', (message, from) => {
  message[2] = (message[2] as number) | 0x80;
  socket.send(message, 0, message.length, from.port, from.address);
});
socket.bind(Number(process.env.PORT), '127.0.0.1');

import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { HEADER_BYTES, MAX_TCP_BYTES, MAX_UDP_BYTES, QR, RD, TC, TYPE } from './wire';

/** Target is a server to ask. */
export interface Target {
  readonly address: string;
  readonly port: number;
}

/** Question is what to ask: the name in wire form, and the type. */
export interface Question {
  readonly name: Uint8Array;
  readonly type: number;
}

/** ExchangeOptions: `random` gives the id and the spelling, which together with the port a forger would have to guess. */
export interface ExchangeOptions {
  readonly timeoutMs: number;
  readonly wantsRecursion: boolean;
  readonly random: (count: number) => Uint8Array;
}

/** exchange asks one server, over UDP and, when the answer was cut, over TCP. Null if no good answer comes in time. The answer repeats the question as it was sent. */
export async function exchange(target: Target, question: Question, options: ExchangeOptions): Promise<Uint8Array | null> {
  const query = makeQuery(question, options);
  const answer = await overUdp(target, query, options.timeoutMs);
  return answer !== null && ((answer[2] as number) & TC) !== 0 ? overTcp(target, query, options.timeoutMs) : answer;
}

/** makeQuery writes a query with EDNS, a random id and a random mix of upper and lower case. */
function makeQuery({ name, type }: Question, { random, wantsRecursion }: ExchangeOptions): Buffer {
  const query = Buffer.alloc(HEADER_BYTES + name.length + 4 + 11);
  const dice = random(2 + name.length);
  query.set(dice.subarray(0, 2), 0);
  query[2] = wantsRecursion ? RD : 0;
  query[5] = 1;
  query[11] = 1;
  let labelLeft = 0;
  for (let i = 0; i < name.length; i++) {
    let byte = name[i] as number;
    if (labelLeft === 0) labelLeft = byte + 1;
    else if (((byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122)) && ((dice[2 + i] as number) & 1) === 1) byte ^= 0x20;
    labelLeft--;
    query[HEADER_BYTES + i] = byte;
  }
  const end = HEADER_BYTES + name.length;
  query.writeUInt16BE(type, end);
  query[end + 3] = 1;
  query[end + 6] = TYPE.OPT;
  query.writeUInt16BE(MAX_UDP_BYTES, end + 7);
  return query;
}

/** isAnswerTo: the same id, an answer, and the very question that was sent. */
function isAnswerTo(answer: Buffer, query: Buffer): boolean {
  const end = query.length - 11;
  return answer.length >= end && answer.readUInt16BE(0) === query.readUInt16BE(0) && ((answer[2] as number) & QR) !== 0 && answer.readUInt16BE(4) === 1 && answer.subarray(HEADER_BYTES, end).equals(query.subarray(HEADER_BYTES, end));
}

function overUdp({ address, port }: Target, query: Buffer, timeoutMs: number): Promise<Uint8Array | null> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    let isOver = false;
    const end = (answer: Uint8Array | null) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => end(null), timeoutMs);
    socket.on('error', () => end(null));
    // what is not the answer may be a forger's guess: the true one may still come
    socket.on('message', (answer) => void (isAnswerTo(answer, query) && end(answer)));
    socket.connect(port, address, () => socket.send(query, (error) => void (error && end(null))));
  });
}

function overTcp({ address, port }: Target, query: Buffer, timeoutMs: number): Promise<Uint8Array | null> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    let got = Buffer.alloc(0);
    const end = (answer: Uint8Array | null) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(null), timeoutMs);
    socket.on('error', () => end(null));
    socket.on('close', () => end(null));
    socket.on('connect', () => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(query.length, 0);
      socket.write(Buffer.concat([length, query]));
    });
    socket.on('data', (chunk) => {
      got = Buffer.concat([got, chunk]);
      if (got.length > MAX_TCP_BYTES + 2) end(null);
      if (got.length < 2 || got.length < 2 + got.readUInt16BE(0)) return;
      const answer = got.subarray(2, 2 + got.readUInt16BE(0));
      end(isAnswerTo(answer, query) ? answer : null);
    });
  });
}

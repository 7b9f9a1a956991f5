import type { HotResponse } from './hot';

/** How many readers one process keeps; more are told to come back. */
const MAX_READERS = 5_000;
/** A comment is sent this often, so that proxies don't cut a quiet stream and broken ones are noticed. */
const HEARTBEAT_MS = 15_000;

interface Reader {
  send: (chunk: string) => boolean;
  close: () => void;
}

/** EventHub sends the same events to every open stream. A reader that falls behind is dropped: each event tells the newest state, so it loses nothing by coming back. */
export class EventHub {
  private readonly readers = new Set<Reader>();
  private heartbeat: NodeJS.Timeout | null = null;
  private closed = false;

  get readerCount(): number {
    return this.readers.size;
  }

  /** full is true when no more readers are taken. */
  get full(): boolean {
    return this.closed || this.readers.size >= MAX_READERS;
  }

  /** open answers with a stream that starts with `first` (a formatted event) and goes on with every event published. */
  open(first: string): HotResponse {
    return {
      status: 200,
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'access-control-allow-origin': '*', 'x-accel-buffering': 'no' },
      body: (send, close) => {
        const reader = { send, close };
        this.readers.add(reader);
        this.heartbeat ??= setInterval(() => this.broadcast(': still here\n\n'), HEARTBEAT_MS).unref();
        send(`retry: 2000\n\n${first}`);
        return () => this.drop(reader);
      },
    };
  }

  /** publish sends one event to all. */
  publish(event: string): void {
    this.broadcast(event);
  }

  /** close ends every stream: the process is going down. */
  close(): void {
    this.closed = true;
    for (const reader of this.readers) reader.close();
    this.readers.clear();
    this.stopHeartbeat();
  }

  private broadcast(chunk: string): void {
    for (const reader of this.readers) if (!reader.send(chunk)) this.drop(reader);
  }

  private drop(reader: Reader): void {
    this.readers.delete(reader);
    if (this.readers.size === 0) this.stopHeartbeat();
  }

  private stopHeartbeat(): void {
    if (this.heartbeat !== null) clearInterval(this.heartbeat);
    this.heartbeat = null;
  }
}

/** formatEvent is one server-sent event; `data` goes on one line as JSON. */
export function formatEvent(event: string, id: number, data: unknown): string {
  return `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
}

import type { SealEvent } from './wire';

type Listener = (seal: SealEvent) => void;
type Liveness = (live: boolean) => void;

const listeners = new Set<Listener>();
const watchers = new Set<Liveness>();
let source: EventSource | null = null;
let live = false;

function setLive(now: boolean): void {
  if (live === now) return;
  live = now;
  for (const watch of watchers) watch(now);
}

function open(): void {
  source = new EventSource('/api/v1/events');
  source.addEventListener('open', () => setLive(true));
  source.addEventListener('error', () => setLive(false));
  source.addEventListener('seal', (event) => {
    setLive(true);
    const seal = JSON.parse(String(event.data)) as SealEvent;
    for (const listen of listeners) listen(seal);
  });
}

/**
 * onSeal calls `listen` at each new seal. All callers of a page share one event stream, which the browser itself
 * reopens after a loss; it is closed when the last one leaves. Returns the function that stops it.
 */
export function onSeal(listen: Listener): () => void {
  listeners.add(listen);
  if (!source) open();
  return () => {
    listeners.delete(listen);
    if (listeners.size === 0) {
      source?.close();
      source = null;
      setLive(false);
    }
  };
}

/** onLiveness calls `watch` with whether the event stream is connected, now and at each change. */
export function onLiveness(watch: Liveness): () => void {
  watchers.add(watch);
  watch(live);
  return () => watchers.delete(watch);
}

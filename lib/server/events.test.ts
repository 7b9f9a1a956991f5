import { expect, test } from 'vitest';
import { EventHub, formatEvent } from './events';

function reader(hub: EventHub, accept: () => boolean = () => true) {
  const seen: string[] = [];
  let closed = false;
  const { body } = hub.open('first\n\n');
  if (typeof body !== 'function') throw new Error('not a stream');
  const end = body((chunk) => accept() && seen.push(chunk) > 0, () => { closed = true; });
  return { seen, end, closed: () => closed };
}

test('every reader gets the first event and then all that follow', () => {
  const hub = new EventHub();
  const a = reader(hub);
  hub.publish(formatEvent('seal', 1, { seal: 1 }));
  const b = reader(hub);
  hub.publish(formatEvent('seal', 2, { seal: 2 }));
  expect(a.seen).toEqual(['retry: 2000\n\nfirst\n\n', 'event: seal\nid: 1\ndata: {"seal":1}\n\n', 'event: seal\nid: 2\ndata: {"seal":2}\n\n']);
  expect(b.seen).toHaveLength(2);
  hub.close();
  expect([a.closed(), b.closed(), hub.readerCount, hub.full]).toEqual([true, true, 0, true]);
});

test('a reader that left or fell behind is forgotten', () => {
  const hub = new EventHub();
  const a = reader(hub);
  let ok = true;
  reader(hub, () => ok);
  a.end();
  expect(hub.readerCount).toBe(1);
  ok = false;
  hub.publish('x');
  expect(hub.readerCount).toBe(0);
});

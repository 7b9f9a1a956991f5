import { sealEvent } from '../../services/show-registry';
import { countFailedRefunds } from '../../storage/refund-store';
import type { App } from '../app';
import { formatEvent } from '../events';
import { json, plain, type Handler } from '../hot';
import { formatMetrics, processMetrics } from '../metrics';
import { Problem } from '../problem';

/** A process that has seen no seal for this many periods is not well. */
const LATE_PERIODS = 5;

/** `GET /healthz`: 200 while seals keep coming, 503 with the reason if not. `attention` lists what a person should look at besides. */
export function healthz(app: App): Handler {
  return (_req, ctx) => {
    const { head, periodSec } = ctx.registry;
    const lateSec = ctx.clock() - head.timeSec;
    const late = lateSec > LATE_PERIODS * Math.max(periodSec, 2);
    const { halted } = app.loop.stats;
    const ok = halted === null && !late;
    const reason = halted ?? (late ? `the newest seal is ${lateSec} seconds old` : null);
    return json(ok ? 200 : 503, { ok, seal: head.number, timeSec: head.timeSec, seals: app.leads(), reason, attention: app.attention() });
  };
}

/** `GET /metrics`, in Prometheus' text format. */
export function metrics(app: App): Handler {
  return async (_req, ctx) => {
    // All else is from memory and is told even while the database is away.
    const failedRefunds = await countFailedRefunds(ctx.db).catch(() => null);
    const { head, map } = ctx.registry;
    const { acceptor } = ctx.core;
    const { stats } = app.loop;
    const body = formatMetrics([
      { name: 'mns_seal_number', help: 'Number of the newest seal.', type: 'gauge', values: [{ value: head.number }] },
      { name: 'mns_seal_time_seconds', help: 'Time of the newest seal.', type: 'gauge', values: [{ value: head.timeSec }] },
      { name: 'mns_log_entries', help: 'Sealed entries.', type: 'gauge', values: [{ label: ['log', 'names'], value: head.names.size }, { label: ['log', 'proofs'], value: head.proofs.size }] },
      { name: 'mns_map_keys', help: 'Keys in the map.', type: 'gauge', values: [{ value: map.size }] },
      { name: 'mns_leading', help: '1 in the process that seals.', type: 'gauge', values: [{ value: app.leads() ? 1 : 0 }] },
      { name: 'mns_halted', help: '1 if this process has stopped sealing because the database is damaged.', type: 'gauge', values: [{ value: stats.halted === null ? 0 : 1 }] },
      { name: 'mns_seals_total', help: 'Seals made by this process.', type: 'counter', values: [{ value: stats.seals }] },
      { name: 'mns_seal_seconds', help: 'How long the last seal took.', type: 'gauge', values: [{ value: stats.lastTookMs / 1000 }] },
      { name: 'mns_assertions_total', help: 'Assertions by what became of them in this process.', type: 'counter', values: [{ label: ['became', 'accepted'], value: acceptor.stats.accepted }, { label: ['became', 'refused'], value: acceptor.stats.refused }, { label: ['became', 'sealed'], value: stats.assertions }, { label: ['became', 'refused at sealing'], value: stats.refused }] },
      { name: 'mns_accept_groups_total', help: 'Group commits.', type: 'counter', values: [{ value: acceptor.stats.groups }] },
      { name: 'mns_accept_queue', help: 'Assertions that wait to be accepted.', type: 'gauge', values: [{ value: acceptor.queued }] },
      { name: 'mns_waiting_for_seal', help: 'Accepted assertions that wait for their seal.', type: 'gauge', values: [{ value: acceptor.waiting }] },
      { name: 'mns_refunds_failed', help: 'Refunds that Stripe could not make: a person must look at each.', type: 'gauge', values: failedRefunds === null ? [] : [{ value: failedRefunds }] },
      { name: 'mns_witness_seal', help: 'Newest seal that each witness has cosigned.', type: 'gauge', values: app.witnesses.flatMap(({ name, seal }) => (seal === null ? [] : [{ label: ['witness', name] as const, value: seal }])) },
      { name: 'mns_event_readers', help: 'Open event streams.', type: 'gauge', values: [{ value: app.hub.readerCount }] },
      app.counts.metric(),
      ...processMetrics(),
    ]);
    return plain(200, body, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
  };
}

/** `GET /api/v1/events`: the newest seal at once, then each new one. */
export function events(app: App): Handler {
  return (_req, ctx) => {
    if (app.hub.full) throw new Problem('overloaded', 'Too many readers are connected. Try again in a moment.', 5);
    const { head } = ctx.registry;
    return app.hub.open(formatEvent('seal', head.number, sealEvent(ctx, head)));
  };
}

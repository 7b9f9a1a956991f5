/** Metric is one line of Prometheus text before it is written: a counter or gauge, with at most one label. */
export interface Metric {
  name: string;
  help: string;
  type: 'counter' | 'gauge';
  values: readonly { label?: readonly [name: string, value: string]; value: number }[];
}

/** RequestCounts counts answers by lane and status class. Its size is fixed: nothing a caller sends becomes a label. */
export class RequestCounts {
  private readonly counts = new Map<string, number>();
  /** answers of the read path that were at hand: counted apart, for nothing may slow them down */
  atHand = 0;

  add(lane: 'tlog' | 'api' | 'page', status: number): void {
    const key = `${lane} ${Math.floor(status / 100)}xx`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  metric(): Metric {
    const values = [['tlog at hand', this.atHand] as const, ...this.counts].map(([key, value]) => ({ label: ['answers', key] as const, value }));
    return { name: 'mns_http_answers_total', help: 'Answers by lane and status class.', type: 'counter', values };
  }
}

/** formatMetrics writes Prometheus text format 0.0.4. */
export function formatMetrics(metrics: readonly Metric[]): string {
  let out = '';
  for (const { name, help, type, values } of metrics) {
    out += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    for (const { label, value } of values) {
      const labels = label === undefined ? '' : `{${label[0]}="${label[1].replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"}`;
      out += `${name}${labels} ${value}\n`;
    }
  }
  return out;
}

/** processMetrics are the figures every process has. */
export function processMetrics(): Metric[] {
  const memory = process.memoryUsage();
  return [
    { name: 'process_resident_memory_bytes', help: 'Resident memory.', type: 'gauge', values: [{ value: memory.rss }] },
    { name: 'process_heap_bytes', help: 'JavaScript heap in use.', type: 'gauge', values: [{ value: memory.heapUsed }] },
    { name: 'process_uptime_seconds', help: 'Seconds since start.', type: 'gauge', values: [{ value: Math.round(process.uptime()) }] },
  ];
}

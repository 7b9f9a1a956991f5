import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/*
 * What a run of the benchmark found. Every figure stands beside its limit, measured in the same run on the same machine; no
 * figure is asserted, so that a slow or busy machine tells the truth and fails nothing.
 */

/** Unit of a figure; rates are per second of wall time, times and sizes say what they are. */
export type Unit = '/s' | 's' | 'ms' | 'MB' | 'B';

/** Limit is what the same machine can do at most, or what others reach on it. */
export interface Limit {
  name: string;
  value: number;
}

/** Aim is what the project wants of a figure: at least `least` times the limit, or at most `most` in the figure's own unit. */
export type Aim = { least: number } | { most: number };

/** Row is one figure. */
export interface Row {
  part: string;
  what: string;
  ours: number;
  unit: Unit;
  limit: Limit | null;
  aim: Aim | null;
  note: string | null;
}

/** NewRow is what a part reports; what is left out is null. */
export type NewRow = Pick<Row, 'what' | 'ours' | 'unit'> & Partial<Pick<Row, 'limit' | 'aim' | 'note'>>;

/** Machine is where the figures come from. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGb: number;
  node: string;
  kernel: string;
  loadAtStart: number;
  loadAtEnd: number;
  at: string;
  quick: boolean;
}

/** describeMachine says where the run takes place; `loadAtStart` above zero means that other work shares it. */
export function describeMachine(quick: boolean): Machine {
  const load = loadavg()[0] ?? 0;
  return {
    cpu: (cpus()[0]?.model ?? 'unknown').trim(),
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    kernel: `${process.platform} ${release()}`,
    loadAtStart: load,
    loadAtEnd: load,
    at: new Date().toISOString(),
    quick,
  };
}

/** machineLine is the machine in a line. */
export function machineLine({ cpu, cores, memoryGb, node, kernel, loadAtStart, quick }: Machine): string {
  return `${cores} × ${cpu}, ${memoryGb} GB, Node ${node}, ${kernel}${quick ? ', --quick' : ''}; load before the run ${loadAtStart.toFixed(1)}`;
}

/** Report collects the rows and prints each as soon as it is known. */
export class Report {
  readonly rows: Row[] = [];

  constructor(private readonly print: (line: string) => void) {
    print('what | ours | limit on this machine | ratio');
  }

  /** add reports one figure of a part. */
  add(part: string, { what, ours, unit, limit = null, aim = null, note = null }: NewRow): void {
    const row: Row = { part, what, ours, unit, limit, aim, note };
    this.rows.push(row);
    this.print(cellsOf(row).join(' | '));
  }

  /** markdown is all rows as a table for the documentation. */
  markdown(machine: Machine): string {
    const head = ['| what | ours | limit on this machine | ratio |', '|---|---:|---:|---:|'];
    return [machineLine(machine), '', ...head, ...this.rows.map((row) => `| ${cellsOf(row).map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`), ''].join('\n');
  }
}

function cellsOf(row: Row): [string, string, string, string] {
  const { part, what, ours, unit, limit, note } = row;
  return [`${part}: ${what}${note === null ? '' : ` (${note})`}`, `${figure(ours)} ${unit}`, limit === null ? '–' : `${limit.name} ${figure(limit.value)} ${unit}`, ratioText(row)];
}

function ratioText({ ours, limit, aim, unit }: Row): string {
  const parts: string[] = [];
  if (limit !== null) parts.push(`${figure(ours / limit.value)}×`);
  if (aim !== null) parts.push(`aim ${'least' in aim ? `≥ ${aim.least}×` : `≤ ${aim.most} ${unit}`}${isMet(ours, limit, aim) ? '' : ', MISSED'}`);
  return parts.length === 0 ? '–' : parts.join(', ');
}

/** isMet tells whether a figure reaches its aim. */
export function isMet(ours: number, limit: Limit | null, aim: Aim): boolean {
  return 'most' in aim ? ours <= aim.most : limit !== null && ours / limit.value >= aim.least;
}

/** figure writes a number with three digits that count and thousands apart. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en-US');
  return Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}

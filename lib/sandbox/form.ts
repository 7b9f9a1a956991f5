import { badRequest } from './stripe-error';

/** FormValue is what Stripe's form encoding can say: text, or a map by field name (a list has the keys 0, 1, …). */
export type FormValue = string | FormMap;
export type FormMap = Map<string, FormValue>;

const MAX_FIELDS = 500;
const MAX_DEPTH = 8;

/** parseForm reads `a[b][0][c]=d` as the SDK writes it. Refuses what Stripe refuses: fields that contradict each other. */
export function parseForm(text: string): FormMap {
  const root: FormMap = new Map();
  const fields = [...new URLSearchParams(text)];
  if (fields.length > MAX_FIELDS) throw badRequest(`Too many parameters: ${fields.length}`);
  for (const [name, value] of fields) {
    // The database can't keep a NUL in text, and no honest caller sends one.
    if (name.includes('\0') || value.includes('\0')) throw badRequest('Invalid string: NUL is not allowed');
    const path = pathOf(name);
    let at = root;
    for (const step of path.slice(0, -1)) {
      const key = step === '' ? String(at.size) : step;
      const next = at.get(key);
      if (typeof next === 'string') throw badRequest(`Invalid parameters: ${name} is used as a value and as a hash`, { param: name });
      const map: FormMap = next ?? new Map();
      at.set(key, map);
      at = map;
    }
    const last = path.at(-1) ?? '';
    const key = last === '' ? String(at.size) : last;
    if (at.has(key)) throw badRequest(`Invalid parameters: ${name} is given twice`, { param: name });
    at.set(key, value);
  }
  return root;
}

function pathOf(name: string): string[] {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
  if (match === null) throw badRequest(`Invalid parameter name: ${name.slice(0, 100)}`);
  const path = [match[1] ?? '', ...[...(match[2] ?? '').matchAll(/\[([^[\]]*)\]/g)].map((part) => part[1] ?? '')];
  if (path.length > MAX_DEPTH) throw badRequest(`Parameters are nested too deeply: ${name.slice(0, 100)}`);
  return path;
}

/** FormReader takes fields out of a map one by one; `end` refuses those nobody took, as Stripe does. */
export class FormReader {
  private readonly left: Set<string>;

  constructor(
    private readonly map: FormMap,
    private readonly path = '',
  ) {
    this.left = new Set(map.keys());
  }

  name(field: string): string {
    return this.path === '' ? field : `${this.path}[${field}]`;
  }

  text(field: string): string | null {
    const value = this.take(field);
    if (value === undefined) return null;
    if (typeof value !== 'string') throw badRequest('Invalid string', { param: this.name(field) });
    return value;
  }

  required(field: string): string {
    const value = this.text(field);
    if (value === null || value === '') throw badRequest(`Missing required param: ${this.name(field)}.`, { code: 'parameter_missing', param: this.name(field) });
    return value;
  }

  integer(field: string): number | null {
    const value = this.text(field);
    if (value === null) return null;
    if (!/^-?\d{1,15}$/.test(value)) throw badRequest(`Invalid integer: ${value.slice(0, 40)}`, { code: 'parameter_invalid_integer', param: this.name(field) });
    return Number(value);
  }

  oneOf(field: string, allowed: readonly string[]): string | null {
    const value = this.text(field);
    if (value !== null && !allowed.includes(value)) throw badRequest(`Invalid ${this.name(field)}: must be one of ${allowed.join(', ')}`, { param: this.name(field) });
    return value;
  }

  hash(field: string): FormReader | null {
    const value = this.take(field);
    if (value === undefined || value === '') return null;
    if (typeof value === 'string') throw badRequest('Invalid object', { param: this.name(field) });
    return new FormReader(value, this.name(field));
  }

  list(field: string): FormReader[] {
    const value = this.take(field);
    if (value === undefined || value === '') return [];
    if (typeof value === 'string') throw badRequest('Invalid array', { param: this.name(field) });
    return [...value].map(([index, item]) => {
      if (typeof item === 'string') throw badRequest('Invalid object', { param: `${this.name(field)}[${index}]` });
      return new FormReader(item, `${this.name(field)}[${index}]`);
    });
  }

  texts(field: string): string[] {
    const value = this.take(field);
    if (value === undefined || value === '') return [];
    if (typeof value === 'string') throw badRequest('Invalid array', { param: this.name(field) });
    return [...value.values()].map((item) => {
      if (typeof item !== 'string') throw badRequest('Invalid string', { param: this.name(field) });
      return item;
    });
  }

  /** metadata reads a flat map of at most 50 texts, as Stripe limits it. */
  metadata(field: string): Record<string, string> {
    const reader = this.hash(field);
    if (reader === null) return {};
    const found: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const key of reader.map.keys()) {
      const value = reader.text(key) ?? '';
      if (key.length > 40 || value.length > 500) throw badRequest('Metadata keys are limited to 40 characters and values to 500', { param: reader.name(key) });
      found[key] = value;
    }
    if (Object.keys(found).length > 50) throw badRequest('Metadata is limited to 50 keys', { param: this.name(field) });
    return found;
  }

  end(): void {
    for (const field of this.left) throw badRequest(`Received unknown parameter: ${this.name(field)}`, { code: 'parameter_unknown', param: this.name(field) });
  }

  private take(field: string): FormValue | undefined {
    this.left.delete(field);
    return this.map.get(field);
  }
}

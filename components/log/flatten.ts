/** Leaf is one value inside nested data, with the way to it: `map.root`, `signatures[0].sig`. */
export interface Leaf {
  path: string;
  value: unknown;
}

/** flatten lists the values of nested data in order; lists of plain values stay together. */
export function flatten(data: object, above = ''): Leaf[] {
  return Object.entries(data).flatMap(([key, value]: [string, unknown]): Leaf[] => {
    const path = Array.isArray(data) ? `${above}[${key}]` : above === '' ? key : `${above}.${key}`;
    if (typeof value !== 'object' || value === null) return [{ path, value }];
    if (Array.isArray(value) && value.every((item) => typeof item !== 'object' && !(typeof item === 'string' && item.length > 40)))
      return [{ path, value }];
    return flatten(value, path);
  });
}

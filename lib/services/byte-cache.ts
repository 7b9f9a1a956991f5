/** ByteCache keeps values up to a total size, the least recently kept or read half going first. Reading costs one look-up. */
export class ByteCache<Value> {
  private young = new Map<string, { value: Value; sizeBytes: number }>();
  private old = new Map<string, { value: Value; sizeBytes: number }>();
  private youngBytes = 0;

  constructor(private readonly maxBytes: number) {}

  get(key: string): Value | undefined {
    const found = this.young.get(key);
    if (found !== undefined) return found.value;
    const aged = this.old.get(key);
    if (aged === undefined) return undefined;
    this.set(key, aged.value, aged.sizeBytes);
    return aged.value;
  }

  set(key: string, value: Value, sizeBytes: number): void {
    if (this.young.has(key)) return;
    this.young.set(key, { value, sizeBytes });
    this.youngBytes += sizeBytes;
    if (this.youngBytes * 2 <= this.maxBytes) return;
    this.old = this.young;
    this.young = new Map();
    this.youngBytes = 0;
  }
}

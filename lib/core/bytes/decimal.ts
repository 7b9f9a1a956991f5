/**
 * parseDecimal reads an unsigned decimal as the C2SP formats write them: ASCII digits, no sign, no leading zeros. It gives null for anything
 * else and for numbers above 2^53-1, which the formats allow and we refuse.
 */
export function parseDecimal(value: string): number | null {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(value)) return null;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : null;
}

import { addressFromInput, parseDns } from '../../core/assertion/dns';
import { nameFromInput } from '../../core/assertion/display';
import { serviceFromInput } from '../../core/assertion/service';
import { Refusal } from '../../core/refusal';
import { type CommandArgs, textOption, textsOption, UsageError } from '../command';

/** RECORD_OPTIONS are what a holder decides about a name. */
export const RECORD_OPTIONS = { dns: { multiple: true, type: 'string' }, service: { type: 'string' } } as const;
export const RECORD_USAGE = `  --service HOST          who serves its messages: a host, or another name with its tenure; "" for nobody
  --dns ADDRESS           address of its name server, IPv4 or IPv6; may be given up to 8 times`;

/** nameArgument reads `@name` as a person types it. @throws UsageError. */
export function nameArgument(input: string): { name: string; display: string } {
  return said(() => nameFromInput(input));
}

/** serviceOption reads `--service`: undefined if it is not given, null for nobody. @throws UsageError. */
export function serviceOption(args: CommandArgs): string | null | undefined {
  const text = textOption(args, 'service');
  return text === null ? undefined : said(() => serviceFromInput(text));
}

/** dnsOption reads every `--dns`: undefined if none is given; `--dns none` for an empty list. @throws UsageError. */
export function dnsOption(args: CommandArgs): string[] | undefined {
  const texts = textsOption(args, 'dns').flatMap((text) => text.split(',')).filter((text) => text !== '');
  if (texts.length === 0) return undefined;
  if (texts.length === 1 && texts[0] === 'none') return [];
  return said(() => parseDns(texts.map((text) => addressFromInput(text))));
}

function said<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) throw new UsageError(`${error.code}: ${error.detail}`);
    throw error;
  }
}

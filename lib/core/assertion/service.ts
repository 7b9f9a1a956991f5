import { refuse } from '../refusal';
import { MAX_HOST_LENGTH } from '../registry/limits';
import { parseTenureName } from './name';

/** Service says who serves a name: a DNS host, or another name with its tenure, so that it never follows a change of holder. */
export type Service = { kind: 'host'; host: string } | { kind: 'name'; name: string; tenure: number };

const HOST_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** isHost tells whether `text` is a DNS host name as `service` takes it (SPEC §5.3): two labels or more, lower case, the last one with a letter. */
export function isHost(text: string): boolean {
  if (text.length > MAX_HOST_LENGTH) return false;
  const labels = text.split('.');
  return labels.length >= 2 && labels.every((label) => HOST_LABEL.test(label)) && /[a-z]/.test(labels.at(-1) ?? '');
}

/** readService reads `service` as it stands in logs. The two forms can't collide: a tenure is all digits, a host's last label is not. @throws Refusal `bad-service`. */
export function readService(text: string): Service {
  const delegation = parseTenureName(text);
  if (delegation) return { kind: 'name', ...delegation };
  if (isHost(text)) return { kind: 'host', host: text };
  return refuse('bad-service', 'The service must be a DNS host such as example.com, or a name with its tenure such as comcast.0.');
}

/** Few services serve most names: those found good are known by their text. */
const SERVICES_AT_HAND = 1_024;
const goodServices = new Set<string>();

/** parseService returns `text` if it is a service. @throws Refusal `bad-service`. */
export function parseService(text: string): string {
  if (goodServices.has(text)) return text;
  readService(text);
  if (goodServices.size >= SERVICES_AT_HAND) goodServices.clear();
  goodServices.add(text);
  return text;
}

/** serviceFromInput turns what a person typed into a service, or null for nothing. @throws Refusal `bad-service`. */
export function serviceFromInput(input: string): string | null {
  const text = input.trim().replace(/^@/, '').replace(/\.$/, '').toLowerCase();
  return text === '' ? null : parseService(text);
}

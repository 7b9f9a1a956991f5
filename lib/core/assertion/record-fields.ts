import type { Json } from '../bytes/canonical-json';
import { array, hash, integer, nullable, string } from '../bytes/fields';
import { type Envelope, envelopeFromJson } from '../keys/dsse';
import { isLoggedUdf } from '../keys/udf';
import { refuse } from '../refusal';
import * as limits from '../registry/limits';
import { parseDisplay } from './display';
import { parseDns } from './dns';
import { parseName } from './name';
import { parseService } from './service';

/*
 * Strict readers of what many payloads have, and records too.
 */

type Fields<Field extends string> = Record<Field, Json>;

/** readCommon reads what every payload but the genesis has. */
export function readCommon(fields: Fields<'notAfter' | 'registry'>) {
  return { notAfter: readTime(fields.notAfter), registry: hash(fields.registry, 'payload.registry') };
}

/** readTime reads `notAfter`. */
export function readTime(value: Json): number {
  return integer(value, 'payload.notAfter', 0, limits.MAX_TIME_SEC);
}

/** readCertificate reads the envelope of an identity certificate; what is in it is read by `parseIdentity`. */
export function readCertificate(value: Json): Envelope {
  return envelopeFromJson(value, 'identity', 'payload.certificate');
}

/** readUdf reads a UDF as logs have it. @throws Refusal `bad-udf`. */
export function readUdf(value: Json, path: string): string {
  const udf = string(value, path, 52);
  return isLoggedUdf(udf) ? udf : refuse('bad-udf', `${path} must be a UDF of 52 upper-case characters.`);
}

/** readSubject reads which tenure of which name a payload is about. */
export function readSubject(fields: Fields<'name' | 'tenure'>) {
  return {
    name: parseName(string(fields.name, 'payload.name', limits.MAX_NAME_LENGTH)),
    tenure: integer(fields.tenure, 'payload.tenure', 0, limits.MAX_TENURE),
  };
}

/** readContents reads what a holder may say about a name. */
export function readContents(fields: Fields<'display' | 'dns' | 'service'>, name: string) {
  return {
    display: parseDisplay(string(fields.display, 'payload.display', limits.MAX_DISPLAY_BYTES), name),
    dns: parseDns(array(fields.dns, 'payload.dns', limits.MAX_DNS_ADDRESSES).map((address, i) => string(address, `payload.dns[${i}]`, 39))),
    service: nullable(fields.service, (service) => parseService(string(service, 'payload.service', limits.MAX_HOST_LENGTH))),
  };
}

/** readRecordFields reads both. */
export function readRecordFields(fields: Fields<'display' | 'dns' | 'name' | 'service' | 'tenure'>) {
  const subject = readSubject(fields);
  return { ...readContents(fields, subject.name), ...subject };
}

const CASE = /^[A-Z0-9]+(?:-[A-Z0-9]+)*$/;

/** readCase reads a case number: upper-case letters and digits with single hyphens between, at most 32 characters. */
export function readCase(value: Json, path: string): string {
  const number = string(value, path, limits.MAX_CASE_LENGTH);
  return CASE.test(number) ? number : refuse('bad-field', `${path} must be a case number such as D2026-0001.`);
}

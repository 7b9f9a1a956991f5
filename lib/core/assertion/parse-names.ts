import type { Json } from '../bytes/canonical-json';
import { hash, integer, object } from '../bytes/fields';
import * as limits from '../registry/limits';
import type { CancelPayload, DisputePayload, PaymentPayload, ReassignPayload, TopupPayload, TransferPayload } from './name-payloads';
import { readCase, readCertificate, readCommon, readContents, readRecordFields, readSubject, readUdf } from './record-fields';

/*
 * Strict readers of transfers, disputes and payments.
 */

export function readTransfer(value: Json): TransferPayload {
  // As with `update`: the two forms differ in one field, and a value with both or neither is refused by the first.
  const isRoot = typeof value === 'object' && value !== null && 'of' in value && !('prev' in value);
  const chain = isRoot ? 'of' : 'prev';
  const fields = object(
    value,
    ['certificate', 'display', 'dns', 'name', 'notAfter', 'registry', 'service', 'tenure', 'type', 'udf', chain],
    'payload',
  );
  const common = {
    type: 'transfer' as const,
    ...readCommon(fields),
    ...readRecordFields(fields),
    certificate: readCertificate(fields.certificate),
    udf: readUdf(fields.udf, 'payload.udf'),
  };
  const quoted = hash(fields[chain], `payload.${chain}`);
  return isRoot ? { ...common, of: quoted } : { ...common, prev: quoted };
}

export function readCancel(value: Json): CancelPayload {
  const fields = object(value, ['name', 'notAfter', 'of', 'registry', 'tenure', 'type'], 'payload');
  return { type: 'cancel', ...readCommon(fields), ...readSubject(fields), of: hash(fields.of, 'payload.of') };
}

export function readTopup(value: Json): TopupPayload {
  const fields = object(value, ['after', 'name', 'notAfter', 'priceCents', 'registry', 'schedule', 'tenure', 'type'], 'payload');
  return {
    type: 'topup',
    ...readCommon(fields),
    ...readSubject(fields),
    after: hash(fields.after, 'payload.after'),
    priceCents: integer(fields.priceCents, 'payload.priceCents', 1, limits.MAX_PRICE_CENTS),
    schedule: integer(fields.schedule, 'payload.schedule', 1, limits.MAX_COUNTER),
  };
}

export function readDispute(value: Json, type: DisputePayload['type']): DisputePayload {
  const fields = object(value, ['after', 'case', 'name', 'notAfter', 'registry', 'tenure', 'type'], 'payload');
  return { type, ...readCommon(fields), ...readSubject(fields), after: hash(fields.after, 'payload.after'), case: readCase(fields.case, 'payload.case') };
}

export function readReassign(value: Json): ReassignPayload {
  const fields = object(
    value,
    ['after', 'case', 'certificate', 'decision', 'display', 'dns', 'name', 'notAfter', 'registry', 'service', 'tenure', 'type', 'udf'],
    'payload',
  );
  const subject = readSubject(fields);
  return {
    type: 'reassign',
    ...readCommon(fields),
    ...subject,
    ...readContents(fields, subject.name),
    after: hash(fields.after, 'payload.after'),
    case: readCase(fields.case, 'payload.case'),
    certificate: readCertificate(fields.certificate),
    decision: hash(fields.decision, 'payload.decision'),
    udf: readUdf(fields.udf, 'payload.udf'),
  };
}

export function readPayment(value: Json, type: PaymentPayload['type']): PaymentPayload {
  const fields = object(value, ['after', 'name', 'notAfter', 'registry', 'tenure', 'type'], 'payload');
  return { type, ...readCommon(fields), ...readSubject(fields), after: hash(fields.after, 'payload.after') };
}

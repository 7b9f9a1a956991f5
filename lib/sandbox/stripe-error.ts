/** StripeErrorFields are the fields of Stripe's error envelope besides its message and type. */
export interface StripeErrorFields {
  code?: string;
  param?: string;
  decline_code?: string;
}

/** StripeProblem is an answer in Stripe's error envelope: `{"error": {type, code, message, param, …}}`. */
export class StripeProblem extends Error {
  constructor(
    readonly status: number,
    readonly type: 'invalid_request_error' | 'idempotency_error' | 'card_error' | 'api_error',
    message: string,
    readonly fields: StripeErrorFields = {},
  ) {
    super(message);
    this.name = 'StripeProblem';
  }

  /** envelope is the body that Stripe would send. */
  envelope(): { error: Record<string, string | undefined> } {
    const { code } = this.fields;
    const doc = code === undefined ? {} : { doc_url: `https://docs.stripe.com/error-codes#${code.replaceAll('_', '-')}` };
    return { error: { ...this.fields, ...doc, message: this.message, type: this.type } };
  }
}

/** badRequest is a 400 of type `invalid_request_error`. */
export function badRequest(message: string, fields: StripeErrorFields = {}): StripeProblem {
  return new StripeProblem(400, 'invalid_request_error', message, fields);
}

/** missing is the 404 for an object that does not exist. */
export function missing(object: string, id: string, param: string): StripeProblem {
  return new StripeProblem(404, 'invalid_request_error', `No such ${object}: '${id.slice(0, 100)}'`, { code: 'resource_missing', param });
}

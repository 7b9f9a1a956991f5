import { Stripe } from 'stripe';

/** StripeGateway is the way to Stripe or to the sandbox that speaks its API. The client is made at first use: a build needs no key. */
export interface StripeGateway {
  readonly sandbox: boolean;
  /** livemode is what every object of this account must say. */
  readonly livemode: boolean;
  readonly webhookSecret: string;
  client(): Stripe;
}

const TIMEOUT_MS = 20_000;
const RETRIES = 2;
const SANDBOX_TIMEOUT_MS = 10_000;
const SANDBOX_RETRIES = 1;

/** realStripe talks to api.stripe.com. The keys come from the environment and go nowhere else. */
export function realStripe(keys: { secretKey: string; webhookSecret: string }): StripeGateway {
  let client: Stripe | null = null;
  return {
    sandbox: false,
    livemode: /^(sk|rk)_live_/.test(keys.secretKey),
    webhookSecret: keys.webhookSecret,
    client: () => (client ??= new Stripe(keys.secretKey, { maxNetworkRetries: RETRIES, timeout: TIMEOUT_MS, telemetry: false })),
  };
}

/**
 * sandboxStripe talks to our own sandbox over HTTP with the same SDK. `baseUrl` answers where the server listens
 * (known only once it does), such as `http://127.0.0.1:3000`; the API lies under `/sandbox/stripe` there.
 */
export function sandboxStripe(options: { baseUrl: () => string; secretKey: string; webhookSecret: string }): StripeGateway {
  let client: Stripe | null = null;
  const connect = () => {
    const inner = Stripe.createNodeHttpClient();
    return new Stripe(options.secretKey, {
      maxNetworkRetries: SANDBOX_RETRIES,
      timeout: SANDBOX_TIMEOUT_MS,
      telemetry: false,
      httpClient: {
        getClientName: () => inner.getClientName(),
        makeRequest: (_host, _port, path, method, headers, requestData, _protocol, timeout) => {
          const { hostname, port } = new URL(options.baseUrl());
          return inner.makeRequest(hostname.replace(/^\[|\]$/g, ''), port === '' ? '80' : port, `/sandbox/stripe${path}`, method, headers, requestData, 'http', timeout);
        },
      },
    });
  };
  return { sandbox: true, livemode: false, webhookSecret: options.webhookSecret, client: () => (client ??= connect()) };
}

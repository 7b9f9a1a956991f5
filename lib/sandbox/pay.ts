import { challengePage, endedPage, payPage, payPageCsp, returnAddress } from './pay-page';
import type { SandboxRequest, SandboxResponse } from './request';
import { answerChallenge, tryCard } from './sale';
import type { Sale } from './sale-shape';
import type { Sandbox } from './sandbox';

const FORM_LIMIT_BYTES = 2_048;

/** handlePay shows the hosted payment page and takes its forms. It needs no script. */
export async function handlePay(req: SandboxRequest, suffix: string, sandbox: Sandbox): Promise<SandboxResponse> {
  if (req.method === 'GET' || req.method === 'HEAD') return show(await sandbox.sales.find(suffix), sandbox.clock());
  if (req.method !== 'POST') return { status: 405, headers: { allow: 'GET, HEAD, POST', 'cache-control': 'no-store' }, body: '' };
  const form = new URLSearchParams(Buffer.from(await req.body(FORM_LIMIT_BYTES)).toString('utf8'));
  const challenge = form.get('challenge');
  const card = form.get('test_card') ?? form.get('card') ?? '';
  const nowSec = sandbox.clock();
  const before = await sandbox.sales.find(suffix);
  if (before?.status !== 'open') return show(before, nowSec);
  const after = await sandbox.sales.change(suffix, (sale) => (challenge === null ? tryCard(sale, card, nowSec) : answerChallenge(sale, challenge === 'approve', nowSec)));
  // A browser that reloads after a form must not send the form again: each step ends in a redirect.
  return after?.status === 'complete' ? seeOther(returnAddress(after)) : seeOther(`/sandbox/pay/cs_test_${suffix}`);
}

function show(sale: Sale | null, nowSec: number): SandboxResponse {
  if (sale?.status !== 'open') return html(sale === null ? 404 : 200, endedPage(sale), sale);
  if (sale.intent?.status === 'requires_action') return html(200, challengePage(sale), sale);
  return html(200, payPage(sale, sale.intent?.error?.message ?? null, Math.ceil((sale.expiresSec - nowSec) / 60)), sale);
}

function seeOther(address: string): SandboxResponse {
  return { status: 303, headers: { location: address, 'cache-control': 'no-store' }, body: '' };
}

function html(status: number, body: string, sale: Sale | null): SandboxResponse {
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': payPageCsp(sale),
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    },
    body,
  };
}

import { createHash } from 'node:crypto';
import { formatCents } from '../core/assertion/money';
import type { Sale } from './sale-shape';

/** TEST_CARDS are the numbers the page offers, with what each does. */
export const TEST_CARDS = [
  { number: '4242 4242 4242 4242', does: 'pays' },
  { number: '4000 0000 0000 0002', does: 'is declined' },
  { number: '4000 0000 0000 9995', does: 'is declined: insufficient funds' },
  { number: '4000 0025 0000 3155', does: 'asks for 3-D Secure' },
] as const;

const STYLE = `
:root{color-scheme:light dark;--bg:#f6f6f3;--card:#fff;--ink:#1c1d1a;--soft:#5a5d55;--line:#cfd1c8;--accent:#1f5f4a;--accent-ink:#fff;--bad:#a3261b;--note:#fdf3d7;--note-ink:#5c4200}
@media (prefers-color-scheme:dark){:root{--bg:#141513;--card:#1e201d;--ink:#ecede7;--soft:#a9ada2;--line:#43463f;--accent:#7fd1b2;--accent-ink:#0d2219;--bad:#ff9d92;--note:#3a2f10;--note-ink:#f6dfa0}}
*{box-sizing:border-box}
body{margin:0;overflow-wrap:anywhere;background:var(--bg);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
.test{background:var(--note);color:var(--note-ink);text-align:center;padding:.6rem 1rem;margin:0}
main{max-width:30rem;margin:2rem auto;padding:0 1rem}
section{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.5rem;margin-bottom:1rem}
h1{font-size:1.05rem;font-weight:600;margin:0;overflow-wrap:anywhere}
h2{font-size:1rem;margin:0 0 .75rem}
.amount{font-size:2.25rem;font-weight:650;margin:.25rem 0 0;font-variant-numeric:tabular-nums}
.soft{color:var(--soft);margin:.25rem 0 0}
label{display:block;font-weight:600;margin-bottom:.35rem}
input{width:100%;font:inherit;font-variant-numeric:tabular-nums;padding:.65rem .75rem;border:1px solid var(--soft);border-radius:.5rem;background:var(--bg);color:inherit}
button{font:inherit;cursor:pointer;border-radius:.5rem;padding:.65rem 1rem;border:1px solid var(--accent);background:transparent;color:var(--ink)}
button.main{width:100%;margin-top:1rem;background:var(--accent);color:var(--accent-ink);font-weight:650}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.bad{color:var(--bad);font-weight:600;margin:.5rem 0 0}
ul{list-style:none;margin:0;padding:0}
li{display:flex;gap:1rem;align-items:center;justify-content:space-between;padding:.5rem 0;border-top:1px solid var(--line)}
li:first-child{border-top:0}
li button{flex:none}
code{display:block;font:inherit;font-variant-numeric:tabular-nums;white-space:nowrap}
li span{color:var(--soft)}
li code{color:var(--ink)}
a{color:inherit}
.row{display:flex;gap:.75rem;flex-wrap:wrap}
.row button{flex:1;margin:0}
`;

const STYLE_HASH = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

/** payPageCsp allows the page its one style sheet and its own forms, and where those may lead: back to the shop. */
export function payPageCsp(sale: Sale | null): string {
  const shops = sale === null ? [] : [sale.successUrl, sale.cancelUrl].flatMap((address) => (address === null ? [] : [new URL(address).origin]));
  return `default-src 'none'; style-src ${STYLE_HASH}; form-action ${["'self'", ...new Set(shops)].join(' ')}; base-uri 'none'; frame-ancestors 'none'`;
}

/** payPage asks for a card. `problem` is what was wrong with the last one. */
export function payPage(sale: Sale, problem: string | null, minutesLeft: number): string {
  const address = escape(`/sandbox/pay/cs_test_${sale.suffix}`);
  const cards = TEST_CARDS.map(({ number, does }) => `<li><span><code>${number}</code> ${does}</span><button name="test_card" value="${number}" formnovalidate aria-label="Use test card ${number}, which ${does}">Use</button></li>`).join('');
  const described = problem === null ? '' : ' aria-invalid="true" aria-describedby="problem"';
  return page(
    `Pay ${formatCents(sale.amountCents)}`,
    `${summary(sale)}
<form method="post" action="${address}">
<section>
<label for="card">Card number</label>
<input id="card" name="card" inputmode="numeric" autocomplete="off" maxlength="30" placeholder="4242 4242 4242 4242" required${described}>
${problem === null ? '' : `<p class="bad" id="problem" role="alert">${escape(problem)}</p>`}
<button class="main">Pay ${formatCents(sale.amountCents)}</button>
<p class="soft">This page is open for ${minutesLeft} more ${minutesLeft === 1 ? 'minute' : 'minutes'}.</p>
</section>
<section aria-labelledby="cards"><h2 id="cards">Test cards</h2><ul>${cards}</ul></section>
</form>
${sale.cancelUrl === null ? '' : `<p><a href="${escape(sale.cancelUrl)}">Back without paying</a></p>`}`,
  );
}

/** challengePage is the bank's page of a 3-D Secure payment. */
export function challengePage(sale: Sale): string {
  return page(
    'Confirm the payment',
    `${summary(sale)}
<section>
<h2>Your bank asks: is it you?</h2>
<p>The test bank wants a confirmation for the card ending in ${escape(sale.intent?.last4 ?? '')}.</p>
<form method="post" action="${escape(`/sandbox/pay/cs_test_${sale.suffix}`)}" class="row">
<button class="main" name="challenge" value="approve">Yes, confirm</button>
<button name="challenge" value="refuse">No, refuse</button>
</form>
</section>`,
  );
}

/** endedPage says that a session cannot be paid (any more), and leads back. */
export function endedPage(sale: Sale | null): string {
  const said = sale === null ? 'There is no such payment.' : sale.status === 'complete' ? 'This has been paid already. Nothing more is taken.' : 'The time to pay is over. Nothing was taken.';
  const back = sale === null ? null : sale.status === 'complete' ? returnAddress(sale) : sale.cancelUrl;
  return page('Payment closed', `<section><h1>${said}</h1>${back === null ? '' : `<p><a href="${escape(back)}">Back to the order</a></p>`}</section>`);
}

/** returnAddress is where a payer goes after paying: the shop's success_url with the session id filled in. */
export function returnAddress(sale: Sale): string {
  return sale.successUrl.replaceAll('{CHECKOUT_SESSION_ID}', `cs_test_${sale.suffix}`);
}

function summary(sale: Sale): string {
  return `<section><h1>${escape(sale.item)}</h1><p class="amount">${formatCents(sale.amountCents)}</p>${sale.description === null ? '' : `<p class="soft">${escape(sale.description)}</p>`}</section>`;
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>${escape(title)} · test payment</title><style>${STYLE}</style></head>
<body>
<header class="test"><strong>Test mode.</strong> No real money moves. Don’t enter a real card.</header>
<main>${body}</main>
</body>
</html>
`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

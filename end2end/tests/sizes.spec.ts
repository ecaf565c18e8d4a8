// What the orders page weighs, measured by the browser itself, beside its budgets; and how soon the
// largest thing on it is there. `make sizes` prints it for the release build.
import type { CDPSession, Page } from '@playwright/test';
import { Product } from './support/product.ts';
import { eventually, expect, open, signIn, test, useProduct } from './support/test.ts';

/** Bytes on the wire, compressed as served. */
const PAGE_BUDGET = 350 * 1024;
const STYLE_BUDGET = 20 * 1024;
/** A development build is neither optimised nor compressed: its figures are printed, not judged. */
const RELEASE = /\/release\//.test(process.env.ML_BINARY ?? '');

const product = useProduct(() => Product.demo());

type Transfer = { url: string; type: string; encoding: string; bytes: number; cached: boolean };

/** Listens to what one page load moves over the wire, from its document on. */
async function transfers(page: Page): Promise<{ list: Transfer[]; session: CDPSession }> {
  const session = await page.context().newCDPSession(page);
  const open = new Map<string, Transfer>();
  const list: Transfer[] = [];
  session.on('Network.responseReceived', ({ requestId, response, type }) => {
    const encoding = response.headers['content-encoding'] ?? 'plain';
    const url = new URL(response.url).pathname;
    open.set(requestId, { url, type, encoding, bytes: 0, cached: response.fromDiskCache === true });
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const transfer = open.get(requestId);
    if (transfer) list.push({ ...transfer, bytes: encodedDataLength });
  });
  await session.send('Network.enable');
  return { list, session };
}

/** Milliseconds until the largest thing was painted. */
function largestPaint(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((seen) => resolve(Math.round(seen.getEntries().at(-1)?.startTime ?? 0))).observe({
          type: 'largest-contentful-paint',
          buffered: true,
        });
      }),
  );
}

test('the orders page keeps its budgets', async ({ page, browserName }) => {
  test.skip(browserName !== 'chromium', 'counts bytes by a protocol of Chromium');
  test.setTimeout(90_000);
  await signIn(page, product(), '/orders');
  await eventually(page, 40_000, async () => expect(await page.getByTestId('order-row').count()).toBeGreaterThan(25));

  // A browser that was never here.
  const { list, session } = await transfers(page);
  await session.send('Network.clearBrowserCache');
  await open(page, product(), '/orders');
  await expect.poll(() => list.some(({ url }) => url.endsWith('.wasm'))).toBe(true);
  const paint = await largestPaint(page);
  // Without what came because something changed meanwhile.
  const news = ({ type, url }: Transfer) => type === 'EventSource' || (type === 'Fetch' && url === '/orders');
  const first = list.splice(0).filter((one) => !news(one));
  // And one that was.
  await open(page, product(), '/orders');
  // What a browser has in memory it takes from there, and moves no byte.
  const again = list.filter((one) => !one.cached && one.bytes > 0 && !news(one));

  const sum = (all: Transfer[]) => all.reduce((bytes, one) => bytes + one.bytes, 0);
  const kb = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`;
  const rows = await page.getByTestId('order-row').count();
  for (const { url, encoding, bytes } of first) console.log(`    ${kb(bytes).padStart(10)}  ${encoding.padEnd(5)}  ${url}`);
  const style = sum(first.filter(({ type }) => type === 'Stylesheet'));
  console.log(`    ${kb(sum(first)).padStart(10)}  the orders page with ${rows} rows, first visit (budget ${kb(PAGE_BUDGET)})`);
  console.log(`    ${kb(style).padStart(10)}  of it style (budget ${kb(STYLE_BUDGET)})`);
  console.log(`    ${kb(sum(again)).padStart(10)}  the next visit`);
  console.log(`    ${`${paint} ms`.padStart(10)}  largest contentful paint (target 1000 ms)`);

  expect(first.filter(({ url }) => /\.(woff2?|ttf|otf)$/.test(url)), 'no font is downloaded').toEqual([]);
  if (RELEASE) {
    expect(sum(first)).toBeLessThanOrEqual(PAGE_BUDGET);
    expect(style).toBeLessThanOrEqual(STYLE_BUDGET);
    const named = first.filter(({ url }) => url.startsWith('/pkg/'));
    expect(named.length).toBeGreaterThanOrEqual(3);
    for (const { url, encoding } of named) {
      expect(encoding, `${url} is compressed`).toBe('br');
      expect(url, 'a hash in the name').toMatch(/\.[0-9a-f]{16}\./);
    }
    expect(again.filter(({ url }) => url.startsWith('/pkg/')), 'kept by the browser').toEqual([]);
  }
});

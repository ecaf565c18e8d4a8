// A person learns which parcel needs them and what to do; the picture of a delivery stands on its
// order; and Dynamics 365 can say that an order should be looked at.
import type { Page } from '@playwright/test';
import { Product, type TwinShipment } from './support/product.ts';
import { eventually, expect, open, openOrder, ready, signIn, test, unfold, untilState, useProduct } from './support/test.ts';

const LABEL_MS = 40_000;
const TRACKED_MS = 40_000;

const product = useProduct(() => Product.connected());

async function done(page: Page, text: string): Promise<void> {
  await expect(page.getByTestId('toast')).toContainText(text);
  await ready(page);
}

/** Places an order, waits for its label with its page open, and returns the label. */
async function shipped(page: Page, number: string): Promise<TwinShipment> {
  const { twins } = product();
  await twins.placeOrder({ number });
  await openOrder(page, product(), number);
  await untilState(page, ['announced', 'in_transit'], LABEL_MS);
  const [label] = await twins.liveLabels(number);
  if (!label) throw new Error(`${number} has no label`);
  return label;
}

test('an exception stands in the queue with what to do, until somebody says it is looked after', async ({ page }) => {
  test.setTimeout(150_000);
  const { twins } = product();
  const number = 'SO-ASTRAY-1';
  await signIn(page, product());
  const { tracking_number } = await shipped(page, number);
  await twins.ask('POST', 'parcels', {
    tracking_number,
    estimate_s: 86_400,
    scans: [{ code: 'DE', description: 'Delivery exception', reason: '08', reason_text: 'Recipient not in' }],
  });

  const parcel = page.getByTestId('tracked-parcel');
  await eventually(page, TRACKED_MS, async () => {
    await expect(parcel.getByTestId('trouble')).toBeVisible({ timeout: 2_000 });
  });
  await expect(parcel).toContainText('could not be delivered (Recipient not in)');
  await expect(parcel).toContainText('Expected by');
  await expect(parcel.getByTestId('trouble')).toContainText('08 Recipient not in');

  await open(page, product(), '/parcels');
  const row = page.getByTestId('parcel-row').filter({ hasText: number });
  await expect(row.getByTestId('trouble')).toContainText('Next: Call the consignee');
  await expect(row.getByRole('link', { name: tracking_number })).toHaveAttribute('href', /fedex\.com/);
  const acknowledge = row.getByTestId('acknowledge');
  await unfold(acknowledge);
  await acknowledge.getByLabel('What was done?').fill('Called; they are in on Friday');
  await acknowledge.getByTestId('acknowledge-confirm').click();
  await done(page, 'Acknowledged');
  await expect(row).toHaveCount(0);

  await page.getByRole('navigation', { name: 'Which parcels' }).getByRole('link', { name: /^Acknowledged/ }).click();
  await expect(row).toContainText('Acknowledged by demo: Called; they are in on Friday');
  await open(page, product(), `/orders/usmf/${number}`);
  await expect(parcel).toContainText('Acknowledged by demo: Called; they are in on Friday');
});

test('the picture of a delivery is shown on its order', async ({ page }) => {
  test.setTimeout(150_000);
  const { twins, url } = product();
  const number = 'SO-PICTURE-1';
  await signIn(page, product());
  const { tracking_number } = await shipped(page, number);

  // The twin's picture only begins like one; a real one takes its place, and is signed like it.
  const drawn = await page.screenshot({ type: 'jpeg', quality: 40 });
  const made = await twins.ask<{ body: string }>('POST', 'webhook', { tracking_number, images: ['PPOD'] });
  const body = made.body.replace(/("image":")[^"]*"/, `$1${drawn.toString('base64')}"`);
  const push = await twins.ask<{ headers: Record<string, string>; body: string }>('POST', 'webhook', { body });
  const send = (headers: Record<string, string>) => fetch(`${url}/webhooks/fedex`, { method: 'POST', headers, body });
  expect((await send({ ...push.headers, 'fdx-signature': 'AAAA' })).ok, 'a wrong signature').toBe(false);
  expect((await send(push.headers)).status).toBe(200);

  const picture = page.getByTestId('proofs').getByRole('img');
  await eventually(page, TRACKED_MS, async () => {
    await expect(picture).toBeVisible({ timeout: 2_000 });
  });
  await expect(page.getByTestId('proofs')).toContainText(tracking_number);
  await picture.scrollIntoViewIfNeeded();
  await expect(picture).toHaveJSProperty('naturalWidth', 1280);
  const href = await picture.getAttribute('src');
  const kept = await page.request.get(url + href);
  expect(kept.headers()['content-type']).toBe('image/jpeg');
  expect((await kept.body()).equals(drawn), 'byte for byte what was sent').toBe(true);
});

test('a business event has its order looked at', async ({ page }) => {
  await signIn(page, product(), '/connections');
  const events = page.getByTestId('events');
  await events.getByTestId('make-event-address').click();
  await done(page, 'The address is made');
  const fresh = events.getByTestId('fresh-address');
  await expect(fresh).toBeVisible();
  const address = await fresh.locator('code').innerText();
  await expect(events.getByTestId('event-address')).toContainText('never used');
  await events.getByLabel('Events that are hints').fill('ContosoOrderReleased');
  await events.getByTestId('list-events').click();
  await done(page, 'Saved');

  const event = {
    BusinessEventId: 'ContosoOrderReleased',
    BusinessEventLegalEntity: 'USMF',
    ControlNumber: 5637985363,
    EventId: 'E-1',
    EventTimeIso8601: new Date().toISOString(),
    SalesOrderNumber: 'SO-HINTED-1',
  };
  await product().twins.placeOrder({ number: 'SO-HINTED-1' });
  const post = () => fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) });
  expect((await post()).status).toBe(200);
  expect((await post()).status).toBe(200);

  const came = events.getByTestId('business-event');
  const hint = came.and(page.locator('[data-verdict=hint]'));
  await eventually(page, TRACKED_MS, async () => {
    await expect(hint).toHaveCount(1, { timeout: 2_000 });
    await expect(came.and(page.locator('[data-verdict=duplicate]'))).toHaveCount(1, { timeout: 2_000 });
  });
  // The hint names the order before it was read; a page that is not there yet is an error in the console.
  await expect
    .poll(async () => (await page.request.get(`${product().url}/orders/usmf/SO-HINTED-1`)).status(), { timeout: TRACKED_MS })
    .toBe(200);
  await hint.getByRole('link', { name: 'SO-HINTED-1' }).click();
  await expect(page.getByTestId('order-state')).toBeVisible();

  await open(page, product(), '/connections');
  const retire = events.getByTestId('retire-event-address');
  await unfold(retire);
  await retire.getByTestId('retire-event-address-confirm').click();
  await done(page, 'Retired');
  await expect(events.getByTestId('event-address')).toContainText('retired');
  expect((await post()).status).toBe(404);
});

// What FedEx pushed is on one page with what became of it; the way pushes come on is tested and its
// tokens are changed there.
import type { Locator, Page } from '@playwright/test';
import { Product } from './support/product.ts';
import { eventually, expect, open, ready, signIn, test, unfold, useProduct } from './support/test.ts';

const LABEL_MS = 40_000;
const NEWS_MS = 20_000;

// Tracking by questions once in a day: what arrives was pushed.
const product = useProduct(() => Product.connected({ ML_TRACK_INTERVAL_S: '86400' }));

type Push = { headers: Record<string, string>; body: string };

/** Ships an order and answers its tracking number. */
async function shipped(number: string): Promise<string> {
  const { twins } = product();
  await twins.placeOrder({ number });
  const tracking = async () => (await twins.order(number))?.FdxTrackingNumber ?? '';
  await expect.poll(tracking, { timeout: LABEL_MS }).not.toBe('');
  return tracking();
}

/** A push as FedEx would sign it. */
function signed(wanted: Record<string, unknown>): Promise<Push> {
  return product().twins.ask<Push>('POST', 'webhook', wanted);
}

/** Pushes it, and answers the status. */
async function push({ headers, body }: Push): Promise<number> {
  return (await fetch(`${product().url}/webhooks/fedex`, { method: 'POST', headers, body })).status;
}

/** Waits for a row of the list. */
async function row(page: Page, ...texts: string[]): Promise<Locator> {
  const found = texts.reduce((rows, hasText) => rows.filter({ hasText }), page.getByTestId('delivery')).first();
  await eventually(page, NEWS_MS, async () => expect(found).toBeVisible({ timeout: 1_000 }));
  return found;
}

test('pushes are listed with their verdict, and one is read again', async ({ page }) => {
  const { twins, url } = product();
  const number = await shipped('SO-INBOX-1');
  await signIn(page, product(), '/inbox');
  await twins.ask('POST', 'subscription', { url: `${url}/webhooks/fedex` });
  // A sixth of the journey: FedEx picks it up.
  await twins.ask('POST', 'clock', { advance_s: 620 });
  const taken = await row(page, 'Taken in', number);
  await expect(page.getByTestId('headline')).toContainText('FedEx pushed last at');
  // The tests below push by themselves.
  await twins.ask('POST', 'subscription', { url: '' });

  await taken.getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Push from FedEx');
  await ready(page);
  const facts = page.locator('dl.facts');
  await expect(facts).toContainText('the newest token');
  await expect(facts.getByRole('link', { name: 'SO-INBOX-1' })).toBeVisible();
  await expect(facts).not.toContainText('Replayed');
  await page.getByTestId('replay-delivery').click();
  await eventually(page, NEWS_MS, async () => {
    await expect(facts).toContainText('Replayed1×', { timeout: 1_000 });
    await expect(page.locator('[data-status=taken_in]').first()).toBeVisible({ timeout: 1_000 });
  });
});

test('what FedEx did not sign or we did not ship is kept with the reason', async ({ page }) => {
  const number = await shipped('SO-INBOX-2');
  await signIn(page, product(), '/inbox');
  expect(await push(await signed({ tracking_number: number, token: 'AnotherTokenOfSomebody2026' }))).toBe(401);
  await row(page, 'Refused', 'was not made of this body');
  const ours = await signed({ tracking_number: number });
  expect(await push({ headers: {}, body: ours.body })).toBe(401);
  const unsigned = await row(page, 'Refused', 'fdx-signature is missing');
  await unsigned.getByRole('link').click();
  await expect(page.locator('dl.facts')).toContainText('nobody we know');
  await expect(page.getByTestId('replay-delivery')).toHaveCount(0);

  const stranger = '794600000001';
  expect(await push(await signed({ body: ours.body.replaceAll(number, stranger) }))).toBe(200);
  await open(page, product(), '/inbox');
  await row(page, 'Unknown number', `No shipment has ${stranger} yet`);
  await page.getByRole('link', { name: /^Unknown number [1-9]/ }).click();
  await expect(page).toHaveURL(/verdict=/);
  await expect(page.getByTestId('delivery').filter({ hasText: 'Refused' })).toHaveCount(0);
  await expect(page.getByTestId('delivery')).not.toHaveCount(0);
});

test('the way is tested, and the token is changed without a gap', async ({ page }) => {
  const number = await shipped('SO-INBOX-3');
  await signIn(page, product(), '/inbox');
  // FedEx cannot reach a loopback address, and the page says so.
  const callback = page.getByTestId('ladder-callback');
  await expect(callback).toHaveAttribute('data-passed', 'false');
  await expect(page.locator('.callback-url')).toContainText(`${product().url}/webhooks/fedex`);
  await expect(callback.getByTestId('rung').filter({ hasText: 'https' }).first()).toHaveAttribute('data-outcome', 'failed');

  const tested = page.getByTestId('ladder-webhook');
  const sendTest = async () => {
    await page.getByTestId('test-webhook').click();
    await expect(tested).toHaveAttribute('data-passed', 'true');
    await expect(tested.locator('[data-outcome=passed]')).toHaveCount(4);
  };
  await sendTest();
  await row(page, 'Our test');

  const tokens = page.getByTestId('webhook-tokens').locator('.token-list > li');
  await expect(tokens).toHaveCount(1);
  const setting = page.getByTestId('set-token');
  await ready(page);
  await unfold(setting);
  const token = await setting.getByLabel('New token').inputValue();
  await setting.getByTestId('set-token-confirm').click();
  await expect(tokens).toHaveCount(2);
  await expect(tokens.first()).toContainText('Newest token');
  await expect(tokens.last()).toContainText('valid until');
  expect(await push(await signed({ tracking_number: number }))).toBe(200);
  expect(await push(await signed({ tracking_number: number, token }))).toBe(200);

  const retiring = page.getByTestId('retire-token');
  await ready(page);
  await unfold(retiring);
  await retiring.getByTestId('retire-token-confirm').click();
  await expect(tokens).toHaveCount(1);
  await expect.poll(async () => push(await signed({ tracking_number: number }))).toBe(401);
  await ready(page);
  await sendTest();
  await open(page, product(), '/trail?actor=demo');
  await expect(page.getByTestId('trail-row').filter({ hasText: 'Ended the old security token' })).toHaveCount(1);
  await expect(page.locator('body')).not.toContainText(token);
});

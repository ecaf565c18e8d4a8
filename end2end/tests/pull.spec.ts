// Why an order was not shipped, importing it by its number, what is missing, and the cursor of changes.
import type { Page } from '@playwright/test';
import { Product } from './support/product.ts';
import { eventually, expect, open, ready, signIn, test, unfold, untilState, useProduct } from './support/test.ts';

const SOON_MS = 30_000;

// Pulls an hour apart: an order comes in when somebody asks for it.
const product = useProduct(() => Product.connected({ ML_POLL_INTERVAL_S: '3600' }));

/** Asks why an order was not shipped. */
async function ask(page: Page, number: string) {
  const form = page.locator('form', { has: page.getByTestId('ask-why') });
  await form.getByLabel('Order number').fill(number);
  await form.getByTestId('ask-why').click();
  await expect(page).toHaveURL((url) => url.searchParams.get('number') === number);
  const answer = page.getByTestId('why-answer');
  await expect(answer).toContainText(number);
  await ready(page);
  return answer;
}

/** Waits for what an import came to. */
async function told(page: Page, number: string, sentence: string | RegExp): Promise<void> {
  await expect(page.getByTestId('toast').filter({ hasText: number })).toContainText(sentence);
}

/** Imports an order by its number. */
async function importOne(page: Page, number: string): Promise<void> {
  const form = page.locator('form', { has: page.getByTestId('import') });
  await form.getByLabel('Order number').fill(number);
  await form.getByTestId('import').click();
}

test('why an order was not shipped is one sentence and a chain', async ({ page }) => {
  test.setTimeout(90_000);
  await product().twins.placeOrder({ number: 'SO-WHY-VAN', mode: 'UPS-GRD' });
  await product().twins.placeOrder({
    number: 'SO-WHY-PARKED',
    address: { street: '12750 Northwest Industrial Technology Parkway Building 14', zip: '15205' },
  });
  await signIn(page, product(), '/pull');

  const unknown = await ask(page, 'SO-WHY-NOBODY');
  await expect(unknown).toContainText('Dynamics 365 has no order SO-WHY-NOBODY');
  await expect(unknown.locator('.chain > li').first()).toHaveAttribute('data-holds', 'does not hold');

  const van = await ask(page, 'SO-WHY-VAN');
  await expect(van).toContainText('its delivery mode does not mean FedEx');
  await expect(van.locator('[data-holds="does not hold"]').first()).toContainText('Delivery mode');
  await expect(van.getByTestId('import-one')).toHaveCount(0);

  await importOne(page, 'SO-WHY-PARKED');
  // The scan for orders may have been faster.
  await told(page, 'SO-WHY-PARKED', /It is (taken in|known already)/);
  await open(page, product(), '/orders/usmf/SO-WHY-PARKED');
  await untilState(page, ['parked'], SOON_MS);
  await open(page, product(), '/pull');
  const parked = await ask(page, 'SO-WHY-PARKED');
  await expect(parked).toContainText('Order SO-WHY-PARKED of usmf needs a person');
  await parked.getByRole('link', { name: 'Its page' }).click();
  await expect(page).toHaveURL(`${product().url}/orders/usmf/SO-WHY-PARKED`);
});

test('an order is imported by its number, or told why not', async ({ page }) => {
  test.setTimeout(90_000);
  await product().twins.placeOrder({ number: 'SO-IMPORT-VAN', mode: 'UPS-GRD' });
  await product().twins.placeOrder({ number: 'SO-IMPORT-1' });
  await signIn(page, product(), '/pull');
  await importOne(page, 'SO-IMPORT-VAN');
  await told(page, 'SO-IMPORT-VAN', 'It is not taken in: its delivery mode does not mean FedEx');
  await ready(page);
  const answer = await ask(page, 'SO-IMPORT-1');
  await expect(answer).toContainText('ready to ship');
  await answer.getByTestId('import-one').click();
  // Or the first comparison of the day was faster, a minute after the start.
  await told(page, 'SO-IMPORT-1', /It is (taken in|known already)/);
  await expect.poll(async () => (await product().twins.liveLabels('SO-IMPORT-1')).length, { timeout: SOON_MS }).toBe(1);
  await open(page, product(), '/pull');
  await expect(await ask(page, 'SO-IMPORT-1')).toContainText('was shipped, with');
});

test('what is confirmed there and missing here is found and imported', async ({ page }) => {
  test.setTimeout(90_000);
  const { twins } = product();
  await twins.placeOrder({ number: 'SO-GAP-VAN', mode: 'UPS-GRD' });
  await twins.placeOrder({ number: 'SO-GAP-1' });
  // The scan fails, the comparison's own question does not.
  await twins.fault({ system: 'd365', op: 'orders', kind: 'status', status: 503, times: 0, match: '$expand' });
  await signIn(page, product(), '/pull');
  const gaps = page.getByTestId('gaps');
  const gap = (number: string) => gaps.getByTestId('gap').and(page.locator(`[data-number="${number}"]`));
  await page.getByTestId('find-gaps').click();
  await eventually(page, SOON_MS, async () => {
    await expect(gap('SO-GAP-1')).toContainText('Missing', { timeout: 1_000 });
  });
  await expect(gap('SO-GAP-VAN')).toContainText('Another way');
  await expect(gap('SO-GAP-VAN').getByTestId('import-one')).toHaveCount(0);
  await twins.noFaults();
  await ready(page);
  await gap('SO-GAP-1').getByTestId('import-one').click();
  await told(page, 'SO-GAP-1', 'Order SO-GAP-1 of usmf');

  await open(page, product(), '/pull');
  await page.getByTestId('find-gaps').click();
  await eventually(page, SOON_MS, async () => {
    await expect(gaps.locator('[data-status=good]')).toBeVisible({ timeout: 1_000 });
  });
  await expect(gap('SO-GAP-1')).toHaveCount(0);
});

/** The form that moves the cursor, once changes are read. */
async function rewinding(page: Page) {
  const form = page.getByTestId('rewind');
  await eventually(page, SOON_MS, async () => expect(form).toBeVisible({ timeout: 1_000 }));
  await ready(page);
  await unfold(form);
  return form;
}

test.describe('changes', () => {
  // They are read from the second pull on, and pulls come every few seconds here.
  const often = useProduct(() => Product.connected());

  test('the cursor of changes is moved back', async ({ page }) => {
    await signIn(page, often(), '/pull');
    const form = await rewinding(page);
    const day = new Date(Date.now() - 24 * 3_600_000).toISOString().slice(0, 10);
    await form.getByLabel('To').fill(`${day}T06:30`);
    await form.getByTestId('rewind-confirm').click();
    await expect(page.getByTestId('toast')).toContainText('The cursor is moved.');
    await eventually(page, SOON_MS, async () => {
      await open(page, often(), '/trail?actor=demo');
      await expect(page.getByTestId('trail-row').filter({ hasText: day })).not.toHaveCount(0, { timeout: 1_000 });
    });
  });

  test.describe('refused', () => {
    test.use({ refusals: true });

    test('a cursor is not moved to what is no moment', async ({ page }) => {
      await signIn(page, often(), '/pull');
      const form = await rewinding(page);
      await form.getByLabel('To').fill('yesterday');
      await form.getByTestId('rewind-confirm').click();
      await expect(page.getByTestId('problem')).toContainText('This is no moment of the last year.');
    });
  });
});

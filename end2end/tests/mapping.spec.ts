// A delivery mode without a FedEx service holds its orders back; one form on the rules page lets
// them go on.
import { Product } from './support/product.ts';
import { expect, hasJavaScript, open, openOrder, ready, signIn, test, unfold, untilState, useProduct, WITH_LABEL } from './support/test.ts';

const LABEL_MS = 60_000;

const product = useProduct(() => Product.demo());

test('mapping a delivery mode lets the orders go on that wait for it', async ({ page }) => {
  await signIn(page, product());
  await openOrder(page, product(), 'SO-001020');
  await untilState(page, ['parked'], LABEL_MS);
  await expect(page.getByTestId('cause')).toHaveAttribute('data-code', 'rules.delivery-mode-unmapped');
  await page.getByTestId('cause').getByRole('link', { name: 'Open the rules' }).click();

  const waiting = page.getByTestId('unmapped-mode').and(page.locator('[data-mode=FEDEX-SAT]'));
  await expect(waiting).toContainText('1 order waits');
  await ready(page);
  await waiting.getByLabel('FedEx service').fill('PRIORITY_OVERNIGHT');
  await waiting.getByLabel('Deliver on Saturday').check();
  await waiting.getByTestId('map-mode').click();
  await expect(page.getByTestId('toast')).toContainText('1 shipment that waited for a rule goes on');
  await expect(waiting).toHaveCount(0);
  const row = page.getByTestId('service-row').and(page.locator('[data-mode=FEDEX-SAT]'));
  await expect(row).toContainText('PRIORITY_OVERNIGHT');
  await expect(row).toContainText('Saturday');

  await openOrder(page, product(), 'SO-001020');
  await untilState(page, WITH_LABEL, LABEL_MS);
  expect(await product().twins.liveLabels('SO-001020')).toHaveLength(1);
  await open(page, product(), '/trail?actor=demo');
  await expect(page.getByTestId('trail-row').filter({ hasText: 'FEDEX-SAT' })).not.toHaveCount(0);
});

test('a mode of another carrier is left alone, and taken back', async ({ page }) => {
  const mode = page.locator('[data-mode=FEDEX-2D]');
  await signIn(page, product(), '/rules');
  const row = page.getByTestId('service-row').and(mode);
  await unfold(row);
  await unfold(row.getByTestId('remove-mode'));
  await row.getByTestId('remove-mode-confirm').click();
  await expect(row).toHaveCount(0);
  await product().twins.placeOrder({ number: 'SO-VAN-1', mode: 'FEDEX-2D' });
  await openOrder(page, product(), 'SO-VAN-1');
  await untilState(page, ['parked'], LABEL_MS);

  await open(page, product(), '/rules');
  const waiting = page.getByTestId('unmapped-mode').and(mode);
  await unfold(waiting.getByTestId('other-carrier'));
  await expect(waiting).toContainText('no FedEx label is bought');
  await waiting.getByTestId('other-carrier-confirm').click();
  await expect(waiting).toHaveCount(0);
  await expect(page.getByTestId('other-carriers')).toContainText('FEDEX-2D');
  expect(await product().twins.liveLabels('SO-VAN-1')).toHaveLength(0);

  const add = page.getByTestId('add-mode');
  await unfold(add);
  await add.getByLabel('Delivery mode').fill('FEDEX-2D');
  await add.getByLabel('FedEx service').fill('FEDEX_2_DAY');
  await add.getByTestId('save-new-mode').click();
  await expect(row).toBeVisible();
  await expect(page.getByTestId('other-carriers')).toHaveCount(0);
});

test.describe('refused', () => {
  test.use({ refusals: true });

  test('rules that are wrong are refused with their fault', async ({ page }) => {
    await signIn(page, product(), '/rules');
    const editor = page.getByTestId('rules-document');
    await unfold(editor);
    await editor.getByLabel('Document').fill('{"packing": {"methods": {"default": "by-feel"}}}');
    await editor.getByTestId('save-rules').click();
    await expect(editor.getByTestId('problem')).toContainText('by-feel');
    // News of other things leave it there.
    if (hasJavaScript()) {
      const news = page.waitForResponse((answer) => answer.request().headers()['x-live'] === '1');
      await product().twins.placeOrder({ number: 'SO-NEWS-1' });
      await (await news).finished();
      await page.waitForResponse((answer) => answer.request().headers()['x-live'] === '1');
      await expect(editor.getByTestId('problem')).toContainText('by-feel');
    }
  });
});

// A trial shows what would be bought and what FedEx says to it, and buys nothing.
import { Product } from './support/product.ts';
import { expect, openOrder, signIn, test, unfold, untilState, useProduct } from './support/test.ts';

const LABEL_MS = 60_000;
const ORDER = 'SO-001018';

const product = useProduct(() => Product.demo());

test('a dry run says why an order would stop, and with other values that it would ship', async ({ page }) => {
  await signIn(page, product());
  await openOrder(page, product(), ORDER);
  await untilState(page, ['parked'], LABEL_MS);

  await unfold(page.getByTestId('more'));
  await page.getByTestId('try-dry-run').click();
  const run = page.getByTestId('dry-run');
  await expect(run).toHaveAttribute('data-verdict', 'refused');
  await expect(run.getByTestId('cause')).toHaveAttribute('data-code', 'order.phone-missing');
  await expect(page).toHaveURL(/try=dry-run/);

  await page.getByTestId('correction-form').getByLabel('Telephone').fill('6145550142');
  await page.getByTestId('try-these').click();
  await expect(run).toHaveAttribute('data-verdict', 'accepted');
  await expect(run).toContainText('6145550142');
  await expect(run).toContainText('/ship/v1/shipments');
  await expect(page.getByTestId('trial')).toContainText('nothing was bought');

  expect(await product().twins.liveLabels(ORDER)).toHaveLength(0);
  await page.getByTestId('trial').getByRole('link', { name: 'Close' }).click();
  await expect(page.getByTestId('trial')).toHaveCount(0);
  await untilState(page, ['parked'], LABEL_MS);
});

test('quotes and advice about an order that FedEx refused', async ({ page }) => {
  const number = 'SO-QUOTED-1';
  await product().twins.fault({
    system: 'fedex', op: 'ship', kind: 'status', status: 422, code: 'NEW.CODE', times: 0, match: number,
  });
  await product().twins.placeOrder({ number });
  await signIn(page, product());
  await openOrder(page, product(), number);
  await untilState(page, ['parked'], LABEL_MS);

  await unfold(page.getByTestId('more'));
  await page.getByTestId('try-quote').click();
  const planned = page.getByTestId('quote-row').filter({ hasText: 'planned' });
  await expect(planned).toContainText('FEDEX_GROUND');
  await expect(planned.locator('.cell-account')).toHaveText(/^\d+\.\d\d USD$/);
  expect(await page.getByTestId('quote-row').count()).toBeGreaterThan(3);

  await unfold(page.getByTestId('more'));
  await page.getByTestId('try-check-address').click();
  await expect(page.getByTestId('advice')).toHaveAttribute('data-classification', /^[A-Z]+$/);
  expect(await product().twins.liveLabels(number)).toHaveLength(0);
});

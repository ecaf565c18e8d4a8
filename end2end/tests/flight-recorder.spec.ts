// An order that failed once is read from its page alone: what happened in which lane, what each
// attempt sent, what was corrected, and a link to every attempt that keeps working.
import { addPrinter, usePrinter } from './support/printer.ts';
import { Product } from './support/product.ts';
import { eventually, expect, hasJavaScript, open, openOrder, ready, signIn, test, unfold, untilState, useProduct, WITH_LABEL } from './support/test.ts';

const LABEL_MS = 30_000;
const NUMBER = 'SO-FLOWN-1';
const PHONE = '6145550199';

const product = useProduct(() => Product.demo());

const printer = usePrinter();

test('an order that failed, was corrected, replayed and printed tells all of it', async ({ page, context }) => {
  test.setTimeout(240_000);
  await signIn(page, product(), '/printers');
  await addPrinter(page, printer.port());

  await product().twins.fault({
    system: 'fedex', op: 'ship', kind: 'status', status: 422, code: 'NEW.CODE', times: 1, match: NUMBER,
  });
  await product().twins.placeOrder({ number: NUMBER });
  await openOrder(page, product(), NUMBER);
  await untilState(page, ['parked'], LABEL_MS);
  await page.getByTestId('correction-form').getByLabel('Telephone').fill(PHONE);
  await page.getByTestId('correct').click();
  await untilState(page, WITH_LABEL, LABEL_MS);

  await test.step('lanes and lengths', async () => {
    // "To be printed" is another line.
    const title = page.locator('.timeline-title').filter({ hasText: /Printed\s*$/ });
    const printed = page.locator('[data-testid=timeline-row][data-lane=printer]').filter({ has: title });
    await eventually(page, LABEL_MS, async () => {
      await expect(printed).toHaveCount(1, { timeout: 2_000 });
    });
    for (const lane of ['d365', 'connector', 'fedex', 'operator']) {
      await expect(page.locator(`[data-testid=timeline-row][data-lane=${lane}]`).first()).toBeVisible();
    }
    await expect(page.getByTestId('pace')).toContainText(/From first seen to label .+; label to paper .+\./);
  });

  await test.step('what was corrected stays', async () => {
    const row = page.getByTestId('corrected-row').filter({ hasText: 'Telephone' });
    await expect(row).toContainText(PHONE);
    await expect(page.getByTestId('corrected')).toContainText('By demo');
  });

  await test.step('attempts are links, one is open, and its request is held against the one before', async () => {
    const tabs = page.getByTestId('attempt-tab').filter({ hasText: 'Buy label' });
    await expect(tabs).toHaveCount(2);
    await tabs.first().click();
    await ready(page);
    await expect(page).toHaveURL(/\?attempt=\w{26}#attempt-\w{26}$/);
    await expect(page.getByTestId('attempt')).toHaveCount(1);
    await expect(tabs.first()).toHaveAttribute('aria-current', 'true');
    const diff = page.getByTestId('exchange').and(page.locator('[data-operation="fedex.ship"]')).getByTestId('diff');
    await expect(diff.locator('ins').filter({ hasText: PHONE })).toHaveCount(1);
    await expect(diff.locator('del').filter({ hasText: 'phoneNumber' })).toHaveCount(1);
  });

  await test.step('the call can be copied, without its secrets', async () => {
    const command = page.getByTestId('exchange').and(page.locator('[data-operation="fedex.ship"]')).getByTestId('curl');
    await unfold(command);
    await expect(command.locator('code')).toContainText("--header 'Authorization: Bearer <token>'");
    await expect(command.locator('code')).toContainText(PHONE);
    await expect(command).toContainText('Secrets are masked');
    if (hasJavaScript()) {
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await command.getByRole('button', { name: 'Copy curl command' }).click();
      const copied = () => page.evaluate(() => navigator.clipboard.readText());
      await expect.poll(copied).toMatch(/^curl --globoff --request 'POST'/);
    }
  });

  await test.step('the link of the failed attempt keeps working', async () => {
    const failed = page.getByTestId('attempt-tab').filter({ hasText: 'Buy label' }).last();
    const href = await failed.getAttribute('href');
    await open(page, product(), `/orders/usmf/${NUMBER}${href}`);
    await expect(page.getByTestId('attempt')).toContainText('NEW.CODE');
    await expect(page.getByTestId('attempt-tab').and(page.locator('[aria-current=true]'))).toHaveAttribute('href', href ?? '');
  });
});

test('an attempt that is not there is said, and nothing of the twins is linked', async ({ page }) => {
  await signIn(page, product());
  await openOrder(page, product(), 'SO-001001');
  await untilState(page, WITH_LABEL, LABEL_MS);
  await open(page, product(), '/orders/usmf/SO-001001?attempt=01NOSUCHATTEMPT');
  await expect(page.getByTestId('attempt-unknown')).toContainText('This order has no attempt 01NOSUCHATTEMPT.');
  await page.getByTestId('attempt-unknown').getByTestId('attempt-tab').first().click();
  await ready(page);
  await expect(page.getByTestId('attempt-unknown')).toHaveCount(0);
  await expect(page.getByTestId('attempt')).toHaveCount(1);
  await expect(page.getByTestId('open-d365')).toHaveCount(0);
});

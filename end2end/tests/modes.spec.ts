// Shadow, approve, automatic: what would ship is seen before anything is bought, a person lets single
// shipments go, and rules are tried on planned orders before they are saved.
import type { Locator, Page } from '@playwright/test';
import { Product } from './support/product.ts';
import { eventually, expect, open, openOrder, signIn, test, unfold, untilState, useProduct, WITH_LABEL } from './support/test.ts';

const READY_MS = 60_000;

const product = useProduct(() => Product.connected());

/** Switches usmf where a place offers it, having read what that does. */
async function switchTo(place: Locator, mode: string, effect: RegExp): Promise<void> {
  const ask = place.getByTestId('switch-mode').filter({ has: place.page().locator(`form[data-mode=${mode}]`) });
  await unfold(ask);
  await expect(ask.getByTestId('effect')).toContainText(effect);
  await ask.getByLabel('Reason').fill(`Going to ${mode}`);
  await ask.getByTestId('switch-mode-confirm').click();
}

function usmf(page: Page): Locator {
  return page.getByTestId('company-mode').and(page.locator('[data-company=usmf]'));
}

function row(page: Page, number: string): Locator {
  return page.getByTestId('approval-row').and(page.locator(`[data-number="${number}"]`));
}

async function places(numbers: string[]): Promise<void> {
  for (const number of numbers) await product().twins.placeOrder({ number });
}

test('an order is seen in shadow, then approved by hand, then orders go by themselves', async ({ page }) => {
  test.slow();
  await signIn(page, product(), '/approve');
  await expect(usmf(page)).toContainText('Automatic');
  await switchTo(usmf(page), 'shadow', /nothing of usmf is bought/);
  await expect(page.getByTestId('toast')).toContainText('usmf is in shadow: nothing is shipped.');

  await places(['SO-MODE-1', 'SO-MODE-2', 'SO-MODE-3', 'SO-MODE-4']);
  const shadow = page.getByTestId('shadow');
  await eventually(page, READY_MS, async () => {
    await expect(shadow.getByTestId('approval-row')).toHaveCount(4, { timeout: 1_000 });
    await expect(shadow.getByTestId('approval-row').filter({ hasText: 'Would ship' })).toHaveCount(4, { timeout: 1_000 });
  });
  await expect(row(page, 'SO-MODE-1')).toContainText(/\d+\.\d\d USD ACCOUNT/);
  await expect(shadow).toContainText('4 would ship, 0 would fail');
  expect(await product().twins.liveLabels('SO-MODE-1')).toHaveLength(0);
  await open(page, product(), '/');
  await expect(page.getByText('usmf is in shadow: nothing is shipped.')).toBeVisible();
  await open(page, product(), '/rules');
  await expect(page.getByTestId('held-company')).toContainText('Shadow');

  await open(page, product(), '/approve');
  await switchTo(page.getByTestId('shadow'), 'approve', /4 shipments wait without a label; none is shipped by switching/);
  await expect(page.getByTestId('toast')).toContainText('none was shipped');
  await expect(page.getByTestId('shadow')).toHaveCount(0);
  await expect(page.getByTestId('headline')).toContainText('4 shipments wait for approval');

  await row(page, 'SO-MODE-1').getByTestId('approve').click();
  await expect(page.getByTestId('toast')).toContainText('Approved');
  await expect(row(page, 'SO-MODE-1')).toHaveCount(0);
  const decline = row(page, 'SO-MODE-2').getByTestId('decline');
  await unfold(decline);
  await decline.getByLabel('Reason').fill('The customer collects it');
  await decline.getByTestId('decline-confirm').click();
  await expect(row(page, 'SO-MODE-2')).toHaveCount(0);
  await page.getByTestId('freeze').click();
  const frozen = page.getByTestId('frozen');
  await expect(frozen).toContainText('exactly these 2 shipments');
  await frozen.getByLabel('Reason').fill('Looked at both');
  await frozen.getByTestId('approve-all').click();
  await expect(page.getByTestId('toast')).toContainText('2 shipments approved');
  await expect(page.getByTestId('headline')).toContainText('Nothing waits for approval');
  for (const number of ['SO-MODE-1', 'SO-MODE-3', 'SO-MODE-4']) {
    await openOrder(page, product(), number);
    await untilState(page, WITH_LABEL, READY_MS);
    expect(await product().twins.liveLabels(number)).toHaveLength(1);
  }
  await openOrder(page, product(), 'SO-MODE-2');
  await expect(page.getByTestId('cause')).toHaveAttribute('data-code', 'order.declined');

  await open(page, product(), '/approve');
  await switchTo(usmf(page), 'automatic', /wait for approval still/);
  await expect(page.getByTestId('toast')).toContainText('usmf is automatic');
  await places(['SO-MODE-5']);
  await openOrder(page, product(), 'SO-MODE-5');
  await untilState(page, WITH_LABEL, READY_MS);
  expect(await product().twins.liveLabels('SO-MODE-2')).toHaveLength(0);
});

test('a rule is tried on the last orders before it is saved', async ({ page }) => {
  await signIn(page, product());
  await places(['SO-TRY-1']);
  await openOrder(page, product(), 'SO-TRY-1');
  await untilState(page, WITH_LABEL, READY_MS);

  await open(page, product(), '/rules');
  const mode = page.getByTestId('service-row').and(page.locator('[data-mode=FEDEX-GRD]'));
  await unfold(mode);
  await mode.getByLabel('FedEx service').fill('FEDEX_2_DAY');
  await mode.getByTestId('try-rules').first().click();
  const tried = page.getByTestId('tried');
  await expect(tried.getByTestId('tried-headline')).toContainText(/would be different\. Nothing is saved\./);
  await expect(tried.locator('[data-kind=service]')).toContainText('Another service');
  await expect(tried.getByTestId('tried-row').filter({ hasText: 'SO-TRY-1' })).toContainText('FEDEX_GROUND→ FEDEX_2_DAY');
  await expect(tried.getByLabel('FedEx service')).toHaveValue('FEDEX_2_DAY');
  await expect(mode.locator('summary').first()).toContainText('FEDEX_GROUND');

  await tried.getByTestId('save-tried').click();
  await expect(page.getByTestId('toast')).toContainText('Saved');
  await expect(mode.locator('summary').first()).toContainText('FEDEX_2_DAY');

  const document = page.getByTestId('rules-document');
  await unfold(document);
  await expect(document.locator('textarea')).toHaveValue(/"FEDEX-GRD":\s*\{\s*"service":\s*"FEDEX_2_DAY"/);
  const text = await document.locator('textarea').inputValue();
  const changed = text.replace(/("FEDEX-GRD":\s*\{\s*"service":\s*)"FEDEX_2_DAY"/, '$1"FEDEX_GROUND"');
  expect(changed).not.toBe(text);
  await document.locator('textarea').fill(changed);
  await document.getByTestId('try-rules').click();
  await expect(tried.getByTestId('tried-headline')).toContainText('All rules, as JSON.');
  await expect(tried.locator('[data-kind=service]')).toBeVisible();
  await expect(tried.locator('textarea')).toHaveValue(/FEDEX_GROUND/);
});

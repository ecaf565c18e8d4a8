// The order in Dynamics 365 says what happened to its parcels: fields are found and chosen on a page,
// tried on an order, proved on the order's own page, and what was refused is written again.
import type { Page } from '@playwright/test';
import { Product } from './support/product.ts';
import { eventually, expect, open, openOrder, ready, signIn, test, unfold, untilState, useProduct } from './support/test.ts';

const WITH_LABEL = ['announced', 'in_transit'];
const LABEL_MS = 40_000;
const SET = 'SalesOrderHeadersV2';
/** What Dynamics 365 says when a person has to mend something there. */
const REFUSAL = 'The order is locked by credit control.';

const product = useProduct(() => Product.connected());

/** A form sent without JavaScript answers with a page. */
async function done(page: Page, text: string): Promise<void> {
  await expect(page.getByTestId('toast')).toContainText(text);
  await ready(page);
}

/** The proof of one field on the page of an order. */
function proof(page: Page, property: string) {
  const name = page.locator('dt').getByText(property, { exact: true });
  return page.getByTestId('order-write-back').locator('.write-proof > div').filter({ has: name });
}

test('a value is given a field that was discovered, verified and tried, and read back', async ({ page }) => {
  test.setTimeout(150_000);
  const { twins } = product();
  await signIn(page, product(), '/write-back');

  const targets = page.getByTestId('targets');
  await expect(targets.getByLabel('Discover the fields of')).toHaveValue(SET);
  await targets.getByTestId('discover').click();
  await done(page, 'Asked');
  const discovered = page.getByTestId('discovered');
  await unfold(discovered);
  await expect(discovered.getByRole('row', { name: /FdxLastScan/ })).toContainText('Extension');

  const fields = targets.getByTestId('target').and(page.locator(`[data-set=${SET}]`));
  const add = fields.getByTestId('add-field');
  await unfold(add);
  await add.getByLabel('Value', { exact: true }).selectOption({ label: 'Service' });
  await add.getByLabel('Field in Dynamics 365').fill('FdxService');
  await add.getByTestId('save-field').click();
  await done(page, 'Saved');
  await expect(fields.getByRole('row', { name: /FdxService/ })).toContainText('Service');

  const verification = page.getByTestId('verification');
  await verification.getByTestId('verify').click();
  await done(page, 'Looked at');
  const rungs = verification.getByTestId('rung');
  await expect(rungs.first()).toBeVisible();
  await expect(rungs.and(page.locator('[data-outcome=failed]'))).toHaveCount(0);

  const number = 'SO-WROTE-1';
  await twins.placeOrder({ number });
  await openOrder(page, product(), number);
  await untilState(page, WITH_LABEL, LABEL_MS);
  const card = page.getByTestId('order-write-back');
  await eventually(page, LABEL_MS, async () => {
    await expect(proof(page, 'FdxService')).toContainText('FEDEX_', { timeout: 2_000 });
  });
  const live = await twins.liveLabels(number);
  await expect(proof(page, 'FdxTrackingNumber')).toContainText(live[0]?.tracking_number ?? 'no label');
  await expect(card).toContainText('Read back');

  const held = await twins.order(number);
  await open(page, product(), '/write-back');
  // An order that is being written is left alone, and this one's parcel moves.
  await eventually(page, LABEL_MS, async () => {
    await expect(page.getByRole('link', { name: /To be written$/ })).toHaveText(/^0/, { timeout: 1_000 });
  });
  const trial = page.getByTestId('test-write');
  await unfold(trial);
  await trial.getByLabel('Legal entity').fill('usmf');
  await trial.getByLabel('Order number').fill(number);
  await trial.getByTestId('test-write-confirm').click();
  await done(page, 'Tried');
  const tested = page.getByTestId('tested');
  await expect(tested).toHaveAttribute('data-passed', 'true');
  await expect(tested.getByRole('link', { name: number })).toBeVisible();
  const after = await twins.order(number);
  expect([after?.FdxStatus, after?.FdxTrackingNumber]).toEqual([held?.FdxStatus, held?.FdxTrackingNumber]);
});

test('what Dynamics 365 refuses waits for a person, who has it written again', async ({ page }) => {
  test.setTimeout(150_000);
  const { twins } = product();
  const number = 'SO-REFUSED-1';
  await signIn(page, product());
  await twins.placeOrder({ number });
  await openOrder(page, product(), number);
  await untilState(page, WITH_LABEL, LABEL_MS);
  const card = page.getByTestId('order-write-back');
  const state = card.locator('[data-status]');
  await eventually(page, LABEL_MS, async () => {
    await expect(state).toHaveAttribute('data-status', 'done', { timeout: 2_000 });
  });

  // Whoever wants to write is refused, and then somebody types over a field: news of the parcel, which are
  // written too, must not put it right in between.
  await twins.fault({
    system: 'd365',
    op: 'patch',
    kind: 'status',
    status: 500,
    times: 0,
    match: number,
    message: `Write failed for table row of type 'X'. Infolog: Error: ${REFUSAL}`,
  });
  await twins.ask('PATCH', `orders/usmf/${number}`, { FdxStatus: 'typed over' });
  const writeAgain = async (reason: string) => {
    const again = card.getByTestId('write-again');
    await unfold(again);
    await again.getByLabel('Reason').fill(reason);
    await again.getByTestId('write-again-confirm').click();
    await done(page, 'written again');
  };
  await writeAgain('Somebody typed over the status');
  await eventually(page, LABEL_MS, async () => {
    await expect(state).toHaveAttribute('data-status', 'parked', { timeout: 2_000 });
  });
  await expect(card).toContainText(REFUSAL);
  await expect(card).toContainText('Next step');

  await open(page, product(), '/write-back');
  const cause = page.getByTestId('parked-writes').locator('[data-code="d365.write-refused"]');
  await expect(cause.getByRole('row', { name: number })).toContainText(REFUSAL);

  await twins.noFaults();
  await openOrder(page, product(), number);
  await writeAgain('Credit control let it go');
  await eventually(page, LABEL_MS, async () => {
    await expect(state).toHaveAttribute('data-status', 'done', { timeout: 2_000 });
  });
  expect((await twins.order(number))?.FdxStatus).toBe('labelled');
  await expect(card).not.toContainText(REFUSAL);
  await open(page, product(), '/trail?actor=demo');
  await expect(page.getByTestId('trail-row').filter({ hasText: 'Credit control let it go' })).not.toHaveCount(0);
});

// Sixteen o'clock, twelve failed orders, the truck at half past: they are repaired from Attention, cause
// by cause, and not one of them gets two labels. Clicks and keys are counted and printed.
import { type Locator, type Page } from '@playwright/test';
import { Product } from './support/product.ts';
import { eventually, expect, open, ready, signIn, test, unfold, useProduct } from './support/test.ts';

const TOO_LONG = '120 Industrial Parkway Building 7 Suite 210';
const STOPPED_MS = 40_000;
const LABEL_MS = 40_000;
/** The targets of the product study for this hour. */
const MOST_CLICKS = 9;
const MOST_HANDS_S = 90;

const product = useProduct(() => Product.connected());

/** An operator's hands: every click and key is counted, with the usual seconds for each. */
class Hands {
  clicks = 0;
  keys = 0;
  pages = 0;
  messages = 0;

  constructor(readonly page: Page) {}

  async click(target: Locator): Promise<void> {
    this.clicks += 1;
    await target.click();
  }

  async type(target: Locator, text: string): Promise<void> {
    await this.click(target);
    this.keys += text.length;
    await target.pressSequentially(text);
  }

  /** A new page came, and its first sentence was read. */
  async sees(heading: string | RegExp): Promise<void> {
    this.pages += 1;
    this.messages += 1;
    await expect(this.page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
    await ready(this.page);
  }

  /** Keystroke-level estimate: 1.3 s a click, 0.25 s a key, 1 s a page, 3 s a message. */
  get seconds(): number {
    return this.clicks * 1.3 + this.keys * 0.25 + this.pages + this.messages * 3;
  }
}

function group(page: Page, code: string): Locator {
  return page.locator(`[data-testid=cause-group][data-code="${code}"]`);
}

/** The button for all orders of a cause, beside its group. */
function remedy(page: Page, code: string): Locator {
  return page.locator('.cause-item').filter({ has: group(page, code) }).getByTestId('remedy');
}

async function oneLabelEach(numbers: string[]): Promise<void> {
  for (const number of numbers) {
    await expect(async () => {
      expect(await product().twins.liveLabels(number), number).toHaveLength(1);
    }).toPass({ timeout: LABEL_MS, intervals: [500] });
  }
}

async function untilCounted(page: Page, code: string, count: number): Promise<void> {
  await eventually(page, STOPPED_MS, async () => {
    await expect(group(page, code).locator('.cause-count')).toHaveText(new RegExp(`^${count}`), { timeout: 1_000 });
  });
}

test('twelve failures of four causes are repaired within nine clicks', { tag: '@live' }, async ({ page }) => {
  test.setTimeout(300_000);
  const { twins } = product();
  const numbers = Array.from({ length: 12 }, (_, index) => `SO-12-${String(index + 1).padStart(2, '0')}`);
  // Its answer is lost, and FedEx does not want to be asked for ten minutes: until a person asks.
  await twins.fault({ system: 'fedex', op: 'ship', kind: 'cut_after', times: 1, match: numbers[10] });
  await twins.fault({ system: 'fedex', op: 'lookup', kind: 'status', status: 429, retry_after: '600', times: 0 });
  await twins.fault({
    system: 'd365', op: 'patch', kind: 'status', status: 429, retry_after: '8', times: 1, match: numbers[11],
  });
  for (const [index, number] of numbers.entries()) {
    if (index < 7) await twins.placeOrder({ number, address: { street: TOO_LONG } });
    else if (index < 10) await twins.placeOrder({ number, customer: `C-${index}`, phone: '' });
    else await twins.placeOrder({ number });
  }
  await signIn(page, product());
  await untilCounted(page, 'order.street-too-long', 7);
  await untilCounted(page, 'order.phone-missing', 3);
  await untilCounted(page, 'fedex.no-answer', 1);
  await expect(group(page, 'order.street-too-long')).toHaveAttribute('data-class', 'fix ready');
  // Somebody entered two of the telephones in Dynamics 365 meanwhile.
  for (const index of [7, 8]) {
    await twins.ask('PATCH', `customers/usmf/C-${index}`, { PrimaryContactPhone: `(901) 555-010${index}` });
  }

  const hands = new Hands(page);
  await hands.click(remedy(page, 'order.street-too-long'));
  await hands.sees('Street line longer than 35');
  await expect(page.getByTestId('repair-row')).toHaveCount(7);
  await expect(page.getByTestId('begin-repair')).toHaveText(/Fix and ship 7/);
  await hands.click(page.getByTestId('begin-repair'));
  await hands.sees(/^Fix and ship: /);
  // Dynamics 365 asked for some seconds of patience: until they are over nothing is asked of it.
  await expect(page.getByTestId('headline')).toHaveText('All 7 had their turn; 7 have a label.', { timeout: LABEL_MS });
  await hands.click(page.getByRole('link', { name: 'Attention' }).first());
  await hands.sees('Attention');
  await hands.click(remedy(page, 'order.phone-missing'));
  await hands.sees('Recipient phone missing');
  const phones = page.getByLabel('Telephone');
  await expect(phones).toHaveCount(3);
  const empty = page.locator('[data-testid=repair-row][data-ready=false]').getByLabel('Telephone');
  await expect(empty).toHaveCount(1);
  await hands.type(empty, '9015550110');
  await hands.click(page.getByTestId('begin-repair'));
  await hands.sees(/^Fix and ship: /);
  await hands.click(page.getByRole('link', { name: 'Attention' }).first());
  await hands.sees('Attention');
  // FedEx can be asked again: not before, or the connector itself would have looked the label up.
  const lookedUp = async () => {
    const faults = await twins.ask<{ op: string; fired: number }[]>('GET', 'faults');
    return faults.find(({ op }) => op === 'lookup')?.fired ?? 0;
  };
  await expect.poll(lookedUp, { timeout: LABEL_MS }).toBeGreaterThan(0);
  await expect(remedy(page, 'fedex.no-answer')).toBeVisible();
  await twins.noFaults();
  await hands.click(remedy(page, 'fedex.no-answer'));
  await hands.sees(/^Look up: /);

  await oneLabelEach(numbers);
  await open(page, product(), '/');
  await eventually(page, LABEL_MS, async () => {
    await expect(page.getByTestId('cause-group')).toHaveCount(0, { timeout: 1_000 });
  });
  console.log(
    `twelve failures: ${hands.clicks} clicks, ${hands.keys} keys, ${hands.pages} pages; ` +
      `${hands.seconds.toFixed(1)} s hands-on by the keystroke-level rule`,
  );
  expect(hands.clicks).toBeLessThanOrEqual(MOST_CLICKS);
  expect(hands.seconds).toBeLessThanOrEqual(MOST_HANDS_S);
  await oneLabelEach(numbers);
});

test('a group is looked through, tried with FedEx, and shipped with one left out', async ({ page }, { project }) => {
  const { twins } = product();
  const numbers = ['A', 'B', 'C'].map((letter) => `SO-TRY-${letter}-${project.name}`);
  for (const number of numbers) await twins.placeOrder({ number, address: { street: TOO_LONG } });
  await signIn(page, product());
  await untilCounted(page, 'order.street-too-long', 3);
  await remedy(page, 'order.street-too-long').click();
  const rows = page.getByTestId('repair-row');
  await expect(rows).toHaveCount(3);
  await expect(rows.first().getByLabel('Street 1')).toHaveValue('120 Industrial Parkway Building 7');
  await expect(rows.first().getByLabel('Street 2')).toHaveValue('Suite 210');
  await expect(rows.first().locator('mark')).toHaveText('uite 210');

  const left = rows.filter({ hasText: numbers[0] ?? '' });
  await left.getByRole('checkbox').uncheck();
  if (project.name === 'javascript') {
    await expect(page.getByTestId('begin-repair')).toHaveText(/Fix and ship 2/);
  }
  await page.getByTestId('try-repair').click();
  await expect(page.getByTestId('headline')).toHaveText('Nothing has been done yet. 2 orders are on the list.');
  await expect(page.getByTestId('batch-item').locator('[data-status=accepted]')).toHaveCount(2);
  for (const number of numbers) expect(await twins.liveLabels(number)).toHaveLength(0);
  await page.getByTestId('start-batch').click();
  await oneLabelEach(numbers.slice(1));
  await eventually(page, LABEL_MS, async () => {
    await expect(page.getByTestId('headline')).toHaveText('All 2 had their turn; 2 have a label.', { timeout: 1_000 });
  });
  expect(await twins.liveLabels(numbers[0] ?? '')).toHaveLength(0);

  await open(page, product(), '/');
  await untilCounted(page, 'order.street-too-long', 1);
  await remedy(page, 'order.street-too-long').click();
  await page.getByTestId('begin-repair').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Fix and ship: Street line longer than 35');
  await oneLabelEach(numbers);
});

test('a group is acknowledged and snoozed, and the pick-up has a clock', async ({ page }, { project }) => {
  const { twins } = product();
  const number = `SO-NOTE-${project.name}`;
  await twins.placeOrder({ number, address: { zip: '1' } });
  await signIn(page, product());
  const code = 'order.postal-code-wrong';
  await untilCounted(page, code, 1);
  await unfold(group(page, code));
  await unfold(group(page, code).getByTestId('note-cause'));
  await group(page, code).getByLabel('Acknowledged').check();
  await group(page, code).getByLabel('Comment').fill('the catalogue had it wrong');
  await group(page, code).getByTestId('save-note').click();
  await expect(group(page, code).getByText('known to demo')).toBeVisible();
  await unfold(group(page, code));
  await expect(group(page, code).getByText('the catalogue had it wrong')).toBeVisible();
  await unfold(group(page, code).getByTestId('note-cause'));
  await group(page, code).getByLabel('Fold away for').selectOption('4');
  await group(page, code).getByTestId('save-note').click();
  await expect(page.getByTestId('snoozed').locator('> summary')).toHaveText('1 snoozed group, 1 order');
  await expect(group(page, code)).toBeHidden();

  await unfold(page.getByTestId('set-pickups'));
  await page.getByLabel('Time zone').fill('America/Chicago');
  await page.getByLabel('Cut-off').fill('23:59');
  await page.getByLabel('Saturdays too').check();
  await page.getByLabel('Sundays too').check();
  await page.getByTestId('save-pickup').click();
  const clock = page.getByTestId('pickup').first();
  await expect(clock).toContainText(/pick-up 23:59 C[SD]T/);
  await expect(clock).toContainText(/\d+ needs? you/);
  await unfold(clock.getByTestId('at-risk'));
  await expect(clock.getByTestId('order-row').first()).toContainText(number);
  await unfold(page.getByTestId('set-pickups'));
  await page.getByTestId('remove-pickup').click();
  await expect(page.getByTestId('pickup')).toHaveCount(0);
});

test('an outage is recovered by its window', async ({ page }, { project }) => {
  const { twins } = product();
  const number = `SO-OUT-${project.name}`;
  await twins.fault({ system: 'fedex', op: 'ship', kind: 'status', status: 422, code: 'NEW.CODE', times: 0, match: number });
  await twins.placeOrder({ number });
  await signIn(page, product());
  await untilCounted(page, 'fedex.refused', 1);
  await twins.noFaults();
  await page.getByTestId('recover-window').click();
  await expect(page.getByTestId('headline')).toHaveText('1 order stopped in this window and can go on.');
  await page.getByLabel('Failed only: 1').check();
  await page.getByTestId('recover').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Recover \d{4}-/);
  await oneLabelEach([number]);
});

// The last lines of a run say why it failed: a log that was cut to its end still has the reasons.
import { relative } from 'node:path';
import type { FullConfig, Reporter, Suite, TestCase, TestError } from '@playwright/test/reporter';

/** Of one reason: the assertion, what was expected and what was there. */
const REASON_CHARACTERS = 700;
const COLOURS = /\u001b\[[0-9;]*m/g;

export default class LastWords implements Reporter {
  #all: Suite | undefined;
  #root = '';

  onBegin(config: FullConfig, suite: Suite): void {
    this.#all = suite;
    this.#root = config.rootDir;
  }

  // Not `onEnd`: the list of what failed is printed there, and the reasons come after it.
  async onExit(): Promise<void> {
    const failed = (this.#all?.allTests() ?? []).filter((test) => test.outcome() === 'unexpected');
    for (const test of failed) console.log(this.#reasons(test));
  }

  #reasons(test: TestCase): string {
    const errors = test.results.flatMap((result) => result.errors);
    return [`✘ ${test.titlePath().filter(Boolean).join(' › ')}`, ...errors.map((error) => this.#reason(error))].join('\n');
  }

  #reason({ message, value, location }: TestError): string {
    const said = (message ?? value ?? 'no message').replace(COLOURS, '').slice(0, REASON_CHARACTERS);
    const where = location ? ` (${relative(this.#root, location.file)}:${location.line})` : '';
    return `${said.replace(/^/gm, '    ')}${where}`;
  }
}

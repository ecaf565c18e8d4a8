// Browser tests in a real Chromium. `run.sh` says which build they are for; nothing is retried and
// nothing sleeps, so a test that fails once has found something.
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  workers: 2,
  retries: 0,
  forbidOnly: true,
  // Far more than any test takes here, for machines that are three times as slow.
  timeout: 120_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['./last-words.ts']],
  use: {
    viewport: { width: 1280, height: 720 },
    locale: 'en-US',
    timezoneId: 'UTC',
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        // Tests also run as root, where Chromium has no sandbox.
        '--no-sandbox',
        '--disable-dev-shm-usage',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
  projects: [
    { name: 'javascript' },
    {
      name: 'no-javascript',
      // Every form works without JavaScript: the same tests, but for what is live by nature.
      testMatch: [
        'first-day.spec.ts',
        'setup.spec.ts',
        'attention.spec.ts',
        'chosen.spec.ts',
        'replay.spec.ts',
        'flight-recorder.spec.ts',
        'session.spec.ts',
        'trail.spec.ts',
        'dry-run.spec.ts',
        'void-reship.spec.ts',
        'multi-piece.spec.ts',
        'mapping.spec.ts',
        'printers.spec.ts',
        'inbox.spec.ts',
        'pull.spec.ts',
        'write-back.spec.ts',
        'parcels.spec.ts',
        'modes.spec.ts',
        'search.spec.ts',
        'people.spec.ts',
      ],
      grepInvert: /@live/,
      use: { javaScriptEnabled: false },
    },
  ],
});

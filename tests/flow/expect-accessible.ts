import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What the colours of the dark can change: the other rules have read the same tree in the light. */
const colourRules = ['color-contrast', 'link-in-text-block']

/** No violation of WCAG 2.2 AA that axe can see, light and dark. */
export async function expectAccessible(page: Page): Promise<void> {
  await expectNoViolation(page, 'light', (axe) => axe.withTags(rules))
  await expectNoViolation(page, 'dark', (axe) => axe.withRules(colourRules))
  await page.emulateMedia({ colorScheme: null })
}

async function expectNoViolation(page: Page, colorScheme: 'light' | 'dark', choose: (axe: AxeBuilder) => AxeBuilder): Promise<void> {
  await page.emulateMedia({ colorScheme })
  // What passes is of no interest, and takes most of the time to describe.
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode()
  const { violations } = await choose(axe).analyze()
  expect(violations.map(({ id, nodes }) => `${colorScheme}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([])
}

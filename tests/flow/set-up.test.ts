import { afterEach, expect, test } from 'vitest'
import type { Locator, Page } from 'playwright-core'
import { openDesk, questions, type Desk } from './desk.ts'
import { shoot } from './shoot.ts'

let desk: Desk | undefined
afterEach(() => desk?.close())

/** The browser's own question for the permission cannot be answered where no screen is: the demo has it, and the click is counted. */
const browserPermission = 1

// Every click of an unmanaged PC from the first page on, the windows of agent and browser included.
test.each([
  { way: 'six digits', nativeHost: false, most: 6 },
  { way: 'the native-messaging host', nativeHost: true, most: 2 },
])('with $way the set-up takes at most $most clicks', async ({ nativeHost, most }) => {
  // No office has listed a site here: the clerk does.
  desk = await openDesk({ unpaired: true, nativeHost, settings: { listedSites: [] } })
  const { browser, office } = desk
  let clicks = 0
  const click = async (target: Locator): Promise<void> => {
    await target.click()
    clicks++
  }
  const welcome: Page = await browser.context.newPage()
  await welcome.goto(`chrome-extension://${browser.extensionId}/welcome.html`)
  if (!nativeHost) {
    await click(welcome.getByRole('button', { name: 'Ghép nối', exact: true }))
    await click(welcome.getByRole('button', { name: 'Hai bên giống nhau' }))
  }
  const address = welcome.locator('.site-form input')
  await address.waitFor()
  await shoot(welcome, `welcome-${nativeHost ? 'host' : 'digits'}`)
  await address.fill(office.system.origin)
  await click(welcome.locator('.site-form button'))
  await welcome.getByText('Mọi thứ đã sẵn sàng').waitFor()
  const inAgentWindow = questions(office).filter(({ kind }) => kind === 'confirm').length
  expect(inAgentWindow).toBe(nativeHost ? 0 : 1)
  expect(clicks + inAgentWindow + browserPermission).toBeLessThanOrEqual(most)
  const options = await browser.context.newPage()
  await options.goto(`chrome-extension://${browser.extensionId}/options.html`)
  await options.getByText('(trình duyệt này)').waitFor()
  await shoot(options, `options-${nativeHost ? 'host' : 'digits'}`)
})

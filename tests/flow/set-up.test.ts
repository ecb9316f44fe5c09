import { mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { checkSigned } from '../../demo/office/check-signed.ts'
import { countActions } from './count-actions.ts'
import { openDesk, questions, type Desk } from './desk.ts'
import { expectAccessible } from './expect-accessible.ts'
import { shoot } from './shoot.ts'

let desk: Desk | undefined
afterEach(() => desk?.close())

// Every click and Enter of an unmanaged PC from the first page on, the windows of agent and browser included.
test.each([
  { way: 'six digits', nativeHost: false, most: 6 },
  { way: 'the native-messaging host', nativeHost: true, most: 2 },
])('with $way the set-up takes at most $most clicks', async ({ nativeHost, most }) => {
  // No office has listed a site here: the clerk does.
  desk = await openDesk({ unpaired: true, nativeHost, settings: { listedSites: [] } })
  const { browser, office } = desk
  const actions = await countActions(browser.context)
  const welcome = await browser.context.newPage()
  await welcome.goto(`chrome-extension://${browser.extensionId}/welcome.html`)
  if (!nativeHost) {
    await welcome.getByRole('button', { name: 'Ghép nối', exact: true }).click()
    await welcome.getByRole('button', { name: 'Hai bên giống nhau' }).click()
  }
  // Where the address goes has the focus by itself.
  await welcome.locator('.site-form input:focus').waitFor()
  await shoot(welcome, `welcome-${nativeHost ? 'host' : 'digits'}`)
  await welcome.keyboard.type(office.system.origin)
  await welcome.keyboard.press('Enter')
  await welcome.getByText('Mọi thứ đã sẵn sàng').waitFor()
  // The choice that makes a batch three actions is offered here, and is within the six.
  if (!nativeHost) await welcome.getByRole('checkbox', { name: 'Hỏi mã PIN ngay khi văn bản đã sẵn sàng' }).click()
  const inAgentWindow = questions(office).filter(({ kind }) => kind === 'confirm').length
  expect(inAgentWindow).toBe(nativeHost ? 0 : 1)
  // Where no screen is the demo has the permission already; it is asked for all the same, as on any PC, for this site alone, and that is a click.
  expect(actions.done.filter((action) => action.startsWith('permission'))).toEqual([`permission: {"origins":["${office.system.origin}/*"]}`])
  await expect.poll(() => actions.done).toHaveLength(nativeHost ? 2 : 5)
  expect(actions.done.length + inAgentWindow).toBe(most)
  const options = await browser.context.newPage()
  await options.goto(`chrome-extension://${browser.extensionId}/options.html`)
  await options.getByText('(trình duyệt này)').waitFor()
  await shoot(options, `options-${nativeHost ? 'host' : 'digits'}`)
})

test('the first run ends with a test signature: who signed is said, and the file lies in the download folder', async () => {
  desk = await openDesk()
  const { browser, office, clerk } = desk
  const downloads = path.join(office.folder, 'downloads')
  mkdirSync(downloads)
  const session = await browser.context.browser()?.newBrowserCDPSession()
  await session?.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: downloads })
  const welcome = await browser.context.newPage()
  await welcome.goto(`chrome-extension://${browser.extensionId}/welcome.html`)
  const opened = browser.context.waitForEvent('page', { predicate: (page) => page.url().includes('/sign.html') })
  await welcome.getByRole('button', { name: 'Ký thử', exact: true }).click()
  const signWindow = await opened
  await signWindow.getByRole('button', { name: 'Ký 1 văn bản' }).and(signWindow.locator(':enabled')).waitFor()
  await clerk.approve(signWindow)
  await welcome.getByText(/^Ký thử thành công bằng chứng thư của /).waitFor({ timeout: 60_000 })
  await shoot(welcome, 'welcome-tried')
  await expectAccessible(welcome)
  const [signed = ''] = readdirSync(downloads)
  expect(await checkSigned(0, path.join(downloads, signed), office)).toMatchObject({ valid: true })
  expect(questions(office).filter(({ kind }) => kind === 'getpin')).toHaveLength(1)
})

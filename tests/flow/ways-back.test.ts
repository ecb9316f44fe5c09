import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkSigned } from '../../demo/office/check-signed.ts'
import { clerkAt } from '../../demo/office/clerk.ts'
import { openDesk, returnedAll, type Desk } from './desk.ts'
import { lettersBack, openLetterBox, type LetterBox } from './letter-box.ts'

// Files and ways back that only the page in the tab knows: data: and blob: links, its own file input and button, a place that takes dropped
// files, and an API that wants a header which the page's script keeps in its storage.

let desk: Desk
let box: LetterBox

beforeAll(async () => {
  box = await openLetterBox()
  desk = await openDesk({ settings: { listedSites: [box.origin] } })
  const options = await desk.browser.context.newPage()
  await options.goto(`chrome-extension://${desk.browser.extensionId}/options.html`)
  await options.locator('input[accept*=json]').setInputFiles({ name: 'site.json', mimeType: 'application/json', buffer: Buffer.from(box.descriptor) })
  await options.getByText('Hòm văn bản').first().waitFor()
  await options.close()
})
afterAll(async () => {
  await desk.close()
  box.close()
})

test.each(lettersBack)('$way: the signed file is there, whole and valid', async ({ at, id }) => {
  const { browser, office } = desk
  const page = await browser.context.newPage()
  await page.goto(box.origin + at)
  const clerk = clerkAt(browser, box.origin, page)
  const signWindow = await clerk.choose(await clerk.openPopup(), 1)
  await clerk.approve(signWindow)
  await returnedAll(signWindow, 1)
  const file = path.join(office.folder, `returned-${id}.pdf`)
  writeFileSync(file, box.kept.get(id) ?? '')
  expect(await checkSigned(0, file, office)).toMatchObject({ valid: true })
  expect(box.unauthorised).toEqual([])
})

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkSigned, downloadSigned } from '../../demo/office/check-signed.ts'
import { findDocument, numberAndSymbol } from '../../demo/documents.ts'
import { clerkAt } from '../../demo/office/clerk.ts'
import { agencyOffice, listedIds, openDesk, questions, type Desk } from './desk.ts'
import { shoot } from './shoot.ts'

// "Sign and send on at once": the registrar seals, the files go back, and the documents stand as issued at their recipients.

const count = 24
let desk: Desk
beforeAll(async () => {
  desk = await openDesk({ user: 'vanthu', credential: agencyOffice, documents: { outgoing: 110, incoming: 5, awaitingApproval: 0 } })
  // One more than the day's work waits for the seal. What has separate attachments is sealed on its own page, file by file.
  const { store } = desk.office.system
  store.run("update documents set state = 'cho-cap-so' where state = 'cho-ky-co-quan' and (secrecy != 'Thường' or id in (select documentId from files where part = 'attachment'))")
  store.run(`update documents set state = 'cho-cap-so' where state = 'cho-ky-co-quan' and id not in
    (select id from documents where state = 'cho-ky-co-quan' order by id limit ${count + 1})`)
  await desk.clerk.openList('cho-ky-co-quan', 50)
})
afterAll(() => desk.close())

test('what the system does not let go says why, and can be sent again once it does', async () => {
  const { clerk, office, page } = desk
  await clerk.openList('cho-ky-co-quan', 50)
  const [id = 0] = await listedIds(page)
  const kept = office.system.store.all<{ agencyId: number }>('select agencyId from recipients where documentId = ?', id)
  office.system.store.run('delete from recipients where documentId = ?', id)
  const popup = await clerk.openPopup()
  // The first view may still be of the list before.
  await expect.poll(() => popup.getByLabel('Mục đích ký').inputValue()).toBe('issue')
  const signWindow = await clerk.choose(popup, 1)
  await signWindow.getByRole('button', { name: 'Ký và gửi 1 văn bản' }).click()
  const panel = await clerk.openPanel()
  await panel.getByText(/không cho gửi tiếp \(Văn bản chưa có nơi nhận/).waitFor({ timeout: 60_000 })
  await shoot(panel, 'not-sent-on')
  expect(standing(id).state).toBe('cho-phat-hanh')

  for (const { agencyId } of kept) office.system.store.run('insert into recipients (documentId, agencyId) values (?, ?)', id, agencyId)
  await panel.getByRole('button', { name: /^Gửi lại/ }).click()
  await panel.getByRole('button', { name: /^Gửi lại/ }).waitFor({ state: 'detached' })
  await expect.poll(() => standing(id)).toMatchObject({ state: 'da-phat-hanh', deliveries: kept.length })
})

test('the 24 of the list are sealed with one PIN, go back, and stand as issued at every recipient, valid for all', async () => {
  const { clerk, office, page } = desk
  await clerk.openList('cho-ky-co-quan', 50)
  const ids = await listedIds(page)
  expect(ids).toHaveLength(count)
  const pinsBefore = pins()
  const popup = await clerk.openPopup()
  const opened = desk.browser.context.waitForEvent('page', { predicate: (candidate) => candidate.url().includes('/sign.html') })
  await popup.getByRole('button', { name: `Xem và ký cả ${count} văn bản` }).click()
  const signWindow = await opened
  const both = signWindow.getByRole('button', { name: `Ký và gửi ${count} văn bản` })
  await both.waitFor()
  await signWindow.getByText(/^Phát hành: gửi tới \d+ nơi nhận$/).click()
  await shoot(signWindow, 'sign-and-send')
  await both.click()
  await signWindow.getByText(`Đã gửi đi ${count}/${count}`).first().waitFor({ timeout: 180_000 })
  expect(await signWindow.getByText('Đã gửi đi', { exact: true }).count()).toBe(count)
  expect(pins() - pinsBefore).toBe(1)
  await shoot(signWindow, 'sent-on')

  for (const id of ids) {
    const { state, recipients, deliveries } = standing(id)
    expect([state, deliveries]).toEqual(['da-phat-hanh', recipients])
    expect(recipients).toBeGreaterThan(0)
  }
  const seen = new Set<number>()
  for (const registrar of office.system.users.filter(({ agencyId, role }) => role === 'van-thu' && agencyId !== 1)) {
    const arrived = await arrivalsOf(registrar.username)
    const due = office.system.store.all<{ id: number }>('select documentId as id from deliveries where agencyId = ?', registrar.agencyId).filter(({ id }) => ids.includes(id))
    for (const { id } of due) {
      const file = arrived.get(standing(id).number)
      expect(file, `${registrar.username} has ${id}`).toBeDefined()
      if (seen.has(id) || file === undefined) continue
      seen.add(id)
      expect(await checkSigned(id, file, office)).toMatchObject({ valid: true })
    }
  }
  // Not every agency has a user here: what went to the others alone is read where it was issued.
  const others = ids.filter((id) => !seen.has(id))
  expect(seen.size).toBeGreaterThan(others.length)
  for (const id of others) expect(await checkSigned(id, await downloadSigned(page, office.system.origin, id, office.folder), office)).toMatchObject({ valid: true })
})

interface Standing {
  number: string
  state: string
  recipients: number
  deliveries: number
}

function pins(): number {
  return questions(desk.office).filter(({ kind }) => kind === 'getpin').length
}

function standing(id: number): Standing {
  const { store } = desk.office.system
  const document = findDocument(store, id)
  const count = (table: string): number => store.get<{ count: number }>(`select count(*) as count from ${table} where documentId = ?`, id)?.count ?? 0
  if (document === undefined) throw new Error(`no document ${id}`)
  return { number: numberAndSymbol(document) ?? '', state: document.state, recipients: count('recipients'), deliveries: count('deliveries') }
}

/** What the registrar of a recipient sees in the list of arrivals: the file behind each number, downloaded. */
async function arrivalsOf(username: string): Promise<Map<string, string>> {
  const { browser, office } = desk
  const context = await browser.context.browser()?.newContext()
  if (context === undefined) throw new Error('no other browser')
  const page = await context.newPage()
  const { origin, password } = office.system
  await clerkAt(browser, origin, page).logIn(username, password)
  await page.goto(`${origin}/van-ban-den?so-dong=100`)
  const rows = await page.locator('#bang-van-ban-den tbody tr').evaluateAll((all) => all.map((row) => ({ number: row.querySelector('.so-ky-hieu')?.textContent ?? '', href: row.querySelector<HTMLAnchorElement>('a.tep')?.href ?? '' })))
  const files = new Map<string, string>()
  for (const [index, { number, href }] of rows.entries()) {
    const file = path.join(office.folder, `arrived-${username}-${index}.pdf`)
    writeFileSync(file, await (await page.request.get(href)).body())
    files.set(number, file)
  }
  await context.close()
  return files
}

import { afterAll, beforeAll, expect, test } from 'vitest'
import { agencyOffice, listedIds, openDesk, questions, type Desk } from './desk.ts'
import { shoot } from './shoot.ts'

// "Sign and send on at once": the registrar seals, the files go back, and the documents stand as issued at their recipients.

const count = 4
let desk: Desk
beforeAll(async () => {
  desk = await openDesk({ user: 'vanthu', credential: agencyOffice })
  await desk.clerk.openList('cho-ky-co-quan', 50)
})
afterAll(() => desk.close())

test('what is sealed with one PIN arrives at every recipient, and the journal says so', async () => {
  const { clerk, office, page } = desk
  const ids = (await listedIds(page)).slice(0, count)
  const popup = await clerk.openPopup()
  // The first view may still be of the list before.
  await expect.poll(() => popup.getByLabel('Mục đích ký').inputValue()).toBe('issue')
  const signWindow = await clerk.choose(popup, count)
  const both = signWindow.getByRole('button', { name: `Ký và gửi ${count} văn bản` })
  await both.waitFor()
  await signWindow.getByText(/^Phát hành: gửi tới \d+ nơi nhận$/).click()
  await shoot(signWindow, 'sign-and-send')
  await both.click()
  await expect.poll(() => signWindow.getByText('Đã gửi đi', { exact: true }).count(), { timeout: 120_000 }).toBe(count)
  expect(questions(office).filter(({ kind }) => kind === 'getpin')).toHaveLength(1)
  await signWindow.getByText(`Đã gửi đi ${count}/${count}`).first().waitFor()
  await shoot(signWindow, 'sent-on')

  for (const id of ids) {
    const { state, recipients, deliveries } = standing(id)
    expect([state, deliveries]).toEqual(['da-phat-hanh', recipients])
    expect(recipients).toBeGreaterThan(0)
  }
  const [title] = office.system.store.all<{ title: string }>('select title from documents where id = ?', ids[0] ?? 0).map((row) => row.title)
  const incoming = await arrivalsOf(ids[0] ?? 0)
  expect(incoming).toContain(title)
})

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

function standing(id: number): { state: string; recipients: number; deliveries: number } {
  const found = desk.office.system.store.get<{ state: string; recipients: number; deliveries: number }>(
    `select state, (select count(*) from recipients where documentId = documents.id) as recipients,
      (select count(*) from deliveries where documentId = documents.id) as deliveries from documents where id = ?`,
    id,
  )
  if (found === undefined) throw new Error(`no document ${id}`)
  return found
}

/** What a registrar at one of the recipients sees in the list of arrivals. */
async function arrivalsOf(id: number): Promise<string> {
  const { browser, office } = desk
  const reached = new Set(office.system.store.all<{ agencyId: number }>('select agencyId from deliveries where documentId = ?', id).map(({ agencyId }) => agencyId))
  const user = office.system.users.find(({ agencyId, role }) => role === 'van-thu' && agencyId !== 1 && reached.has(agencyId))
  if (user === undefined) throw new Error('no registrar among the recipients')
  const context = await browser.context.browser()?.newContext()
  if (context === undefined) throw new Error('no other browser')
  const page = await context.newPage()
  await page.goto(`${office.system.origin}/dang-nhap`)
  await page.getByLabel('Tên đăng nhập').fill(user.username)
  await page.getByLabel('Mật khẩu').fill(office.system.password)
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
  await page.goto(`${office.system.origin}/van-ban-den`)
  const text = await page.locator('#bang-van-ban-den').innerText()
  await context.close()
  return text
}

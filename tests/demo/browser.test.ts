import { readFile } from 'node:fs/promises'
import AxeBuilder from '@axe-core/playwright'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { findBrowser } from '../../demo/office/browser.ts'
import { wellBehaved } from '../../demo/misbehave.ts'
import { bytesAt, filesOf, openSite, rowIds, signOnce } from './visitor.ts'

let site: Awaited<ReturnType<typeof openSite>>
let browser: Browser
let context: BrowserContext
let page: Page

beforeAll(async () => {
  site = await openSite({ documents: { outgoing: 40, incoming: 10, awaitingApproval: 30 } })
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
  browser = await chromium.launch({ executablePath: findBrowser() ?? '', args })
  context = await browser.newContext()
  page = await context.newPage()
  await page.goto(site.origin)
  await page.getByLabel('Tên đăng nhập').fill('lanhdao')
  await page.getByLabel('Mật khẩu').fill(site.password)
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
  await page.waitForURL('**/van-ban-di?trang-thai=cho-ky-duyet')
}, 60_000)
afterEach(() => site.misbehave(wellBehaved))
afterAll(async () => {
  await browser.close()
  await site.end()
})

describe('in a browser', () => {
  it('chooses all documents of a page by one box, and turns to the next page', async () => {
    await page.goto(`${site.origin}/van-ban-di?trang-thai=cho-ky-duyet`)
    await page.getByLabel('Chọn tất cả văn bản của trang này').check()
    expect(await page.locator('input[name=chon]:checked').count()).toBe(25)
    await page.getByRole('link', { name: 'Sau ›' }).click()
    await page.waitForURL('**trang=2**')
    expect(await page.locator('#bang-van-ban-di tbody tr').count()).toBe(5)
  })

  it('takes the signed file by the form and confirms it', async () => {
    const leader = await site.visit('lanhdao')
    const [id = 0] = rowIds(await leader.text('/van-ban-di?trang-thai=cho-ky-duyet'))
    const [file] = await filesOf(leader, `/van-ban-di/${id}`)
    if (file === undefined) throw new Error('a document has a file')
    const signed = await signOnce(site, file.id, await bytesAt(leader, file.address), 9)
    await page.goto(`${site.origin}/van-ban-di/${id}`)
    const upload = { name: 'Đã ký, “bản cuối”.pdf', mimeType: 'application/pdf', buffer: signed }
    await page.getByLabel('Tệp đã ký số (PDF)').setInputFiles(upload)
    await page.getByRole('button', { name: 'Tải lên tệp đã ký duyệt' }).click()
    await page.getByRole('status').filter({ hasText: 'Đã lưu tệp đã ký “Đã ký, “bản cuối”.pdf”' }).waitFor()
    expect(await page.locator('.thong-tin .trang-thai').innerText()).toBe('Chờ cấp số')
    expect((await bytesAt(leader, file.address)).equals(signed)).toBe(true)
  })

  it('feeds viewer and links by a script where files need an Authorization header', async () => {
    site.misbehave({ filesNeedAuthorization: true })
    const leader = await site.visit('lanhdao')
    const [id = 0] = rowIds(await leader.text('/van-ban-di?trang-thai=cho-ky-duyet'))
    await page.goto(`${site.origin}/van-ban-di/${id}`)
    await page.locator('iframe.xem-tep[src^="blob:"]').waitFor()
    expect(await page.evaluate(() => sessionStorage.getItem('qlvb.ma-truy-cap'))).toMatch(/^[\w-]{20,}$/)
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('.bang-tep a.tep').first().click()])
    expect((await readFile(await download.path())).subarray(0, 5).toString()).toBe('%PDF-')
  })

  it('has no barrier that axe finds, on any of its pages', async () => {
    const issued = site.store.get<{ id: number }>("select id from documents where state = 'da-phat-hanh' and agencyId = 1")?.id ?? 0
    const lists = ['/van-ban-di', '/van-ban-di?trang-thai=cho-ky-duyet', '/van-ban-den']
    const addresses = [...lists, '/van-ban-di/3', `/van-ban-di/${issued}`, '/van-ban-di/soan', '/dang-nhap']
    for (const address of addresses) {
      await page.goto(site.origin + address)
      // The viewer is the browser's own.
      const { violations } = await new AxeBuilder({ page }).exclude('.xem-tep').analyze()
      expect(violations.map(({ id, nodes }) => `${address}: ${id} ${nodes[0]?.html ?? ''}`)).toEqual([])
    }
  }, 120_000)
})

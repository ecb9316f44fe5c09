import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkSigned } from '../../demo/office/check-signed.ts'
import { openOffice, type Office } from '../../demo/office/office.ts'
import { Firefox, findFirefox } from '../support/firefox.ts'
import { FirefoxClerk } from '../support/firefox-clerk.ts'
import type { FirefoxPage } from '../support/firefox-page.ts'
import { smallPdf } from '../support/small-pdf.ts'
import { questions, timesReturned } from './desk.ts'
import { inkOfPage } from './ink-of-page.ts'
import { lettersBack, openLetterBox, type LetterBox } from './letter-box.ts'

// The extension as offices install it, in a real Firefox: no site is open to it before the browser's own prompt was answered.
const extension = path.resolve(import.meta.dirname, '../../.output/firefox-mv3')
const count = 24
const firefoxIsHere = findFirefox() !== undefined
if (!firefoxIsHere) console.warn('Firefox is not installed (apt-get install firefox-esr): its flow is skipped')

describe.skipIf(!firefoxIsHere)('in Firefox', () => {
  let folder: string
  let office: Office
  let firefox: Firefox
  let clerk: FirefoxClerk
  let popup: FirefoxPage
  let signWindow: FirefoxPage
  let ids: number[]

  beforeAll(async () => {
    if (!existsSync(extension)) throw new Error('build first: npm run build')
    folder = mkdtempSync(path.join(tmpdir(), 'antin-firefox-'))
    mkdirSync(path.join(folder, 'downloads'))
    office = await openOffice({ folder, token: 'p12', pinentry: 'scripted', documents: { outgoing: count / 0.6, incoming: 5 }, settings: { listedSites: [] } })
    firefox = await Firefox.open({ profile: path.join(folder, 'firefox'), extension, downloads: path.join(folder, 'downloads') })
    clerk = new FirefoxClerk(firefox, office.system.origin, await firefox.newPage('about:blank'))
    await clerk.logIn('lanhdao', office.system.password)
    await clerk.openList('cho-ky-duyet', 50)
    ids = await clerk.page.evaluate(() => [...document.querySelectorAll('#bang-van-ban-di tbody tr')].map(({ id }) => Number(id.replace(/\D/g, ''))))
    expect(ids).toHaveLength(count)
  })
  afterAll(async () => {
    await firefox.close()
    await office.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('pairs with the same six digits on both sides, under the origin of this profile', async () => {
    popup = await clerk.openPopup()
    const digits = await clerk.pair(popup)
    const [pairing] = questions(office)
    expect(pairing?.kind).toBe('confirm')
    expect(digits).toMatch(/^\d{6}$/)
    expect(pairing?.description.replaceAll(/\D/g, '')).toContain(digits)
    expect(pairing?.description).toContain('Firefox')
  })

  test('a site is read only after the browser itself has asked for it', async () => {
    await popup.text(/Trang này không có văn bản để ký/)
    expect(await clerk.allowSite()).toMatch(/addon-webext-permissions.*127\.0\.0\.1/s)
    await popup.bringToFront()
    await popup.text(new RegExp(`Chọn cả ${count} văn bản`))
  })

  test('all are chosen and looked at: thumbnails and pages are drawn', async () => {
    signWindow = await clerk.choose(popup, 'all')
    await signWindow.find({ selector: 'button', name: `^Ký ${count} văn bản$` })
    await signWindow.find({ selector: '.sign-row .thumbnail img' })
    await signWindow.click({ selector: '.sign-row' })
    await signWindow.find({ selector: '.sheet canvas' })
    const { dark, inked } = await signWindow.evaluate(inkOfPage, { page: 1 })
    expect(dark).toBeGreaterThan(0.005)
    expect(inked).toBeLessThan(0.6)
    await signWindow.press(escape)
  })

  test('one PIN signs them all, though the event page is ended while the PIN is awaited and while files go back', async () => {
    const typed = path.join(folder, 'pin-is-typed')
    await office.answer({ pin: office.token.pin, confirm: true, waitFor: typed })
    const code = await signWindow.evaluate(() => document.querySelector<HTMLElement>('.code')?.innerText.trim() ?? '')
    await clerk.approve(signWindow)
    await signWindow.text(/Nhập mã PIN trong cửa sổ/)
    await firefox.endEventPage()
    writeFileSync(typed, '')
    await signWindow.text(new RegExp(`Đã trả về [1-9]\\d*/${count}`))
    await firefox.endEventPage()
    await signWindow.text(new RegExp(`Đã trả về ${count}/${count}`))

    const pins = questions(office).filter(({ kind }) => kind === 'getpin')
    expect(pins).toHaveLength(1)
    expect(pins[0]?.description).toContain(code)
  })

  test('each document came back once, and is valid for others', async () => {
    for (const id of ids) {
      expect(timesReturned(office, id)).toBe(1)
      const file = await clerk.download(id, path.join(folder, 'out'))
      expect(await checkSigned(id, file, office)).toMatchObject({ antinVerify: 0, pdfsigValid: true, pdfsigTotal: true, valid: true })
    }
    expect(readdirSync(path.join(folder, 'downloads'))).toEqual([])
  })

  test('the sidebar opens from the window', async () => {
    await signWindow.click({ selector: 'button', name: '^Bảng các lượt ký$' })
    expect(await firefox.inBrowser(sidebarShown)).toContain('antin')
  })

  test('files of this PC are signed from the panel and saved with -signed in their names', async () => {
    const files = ['Công văn 1.pdf', 'Công văn 2.pdf'].map((name) => path.join(folder, name))
    for (const file of files) writeFileSync(file, smallPdf(path.basename(file, '.pdf').at(-1) ?? ''))
    const panel = await firefox.newPage(`${firefox.extensionOrigin}/sidepanel.html`)
    await panel.bringToFront()
    await panel.setFiles(files)
    const window = await firefox.opened('/sign.html', () => panel.click({ selector: 'button', name: '^Xem và ký 2 văn bản$' }))
    await clerk.approve(window)
    await window.text(/Đã trả về 2\/2/)
    const names = ['Công văn 1-signed.pdf', 'Công văn 2-signed.pdf']
    expect(readdirSync(path.join(folder, 'downloads')).map((name) => name.normalize('NFC')).toSorted()).toEqual(names)
    for (const name of names) expect(await checkSigned(0, path.join(folder, 'downloads', name), office)).toMatchObject({ valid: true })
  })

  describe('every way back that needs the page', () => {
    let box: LetterBox

    beforeAll(async () => {
      box = await openLetterBox()
      await new FirefoxClerk(firefox, box.origin, clerk.page).allowPort()
      const options = await firefox.newPage(`${firefox.extensionOrigin}/options.html`)
      const descriptor = path.join(folder, 'site.json')
      writeFileSync(descriptor, box.descriptor)
      await options.setFiles([descriptor], 'input[accept*=json]')
      await options.text(/Hòm văn bản/)
      await options.close()
    })
    afterAll(() => box.close())

    test.each(lettersBack)('$way', async ({ at, id }) => {
      const other = new FirefoxClerk(firefox, box.origin, await firefox.newPage(box.origin + at))
      const window = await other.choose(await other.openPopup(), 1)
      await other.approve(window)
      await window.text(/Đã trả về 1\/1/)
      const file = path.join(folder, `returned-${id}.pdf`)
      writeFileSync(file, box.kept.get(id) ?? '')
      expect(await checkSigned(0, file, office)).toMatchObject({ valid: true })
      expect(box.unauthorised).toEqual([])
    })
  })
})

/** Runs in the browser's own window. @returns what its sidebar shows */
function sidebarShown(): Promise<string> {
  const { SidebarController: sidebar } = globalThis as unknown as { SidebarController: { isOpen: boolean; currentID: string; browser: EventTarget } }
  return new Promise((resolve) => {
    if (sidebar.isOpen) resolve(sidebar.currentID)
    else addEventListener('SidebarShown', () => resolve(sidebar.currentID), { once: true })
  })
}

/** WebDriver's code for the key. */
const escape = '\uE00C'

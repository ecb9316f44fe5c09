import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkSigned, downloadSigned } from '../../demo/office/check-signed.ts'
import type { TokenKind } from '../../demo/office/token.ts'
import { listedIds, openDesk, questions, returnedAll, type Desk } from './desk.ts'
import { ports } from '../../shared/protocol/limits.ts'
import { extractSigned } from './extract-signed.ts'
import { requestsOf } from './requests-of.ts'
import { shoot, shootOwn } from './shoot.ts'

// The main job, as a clerk does it: log in, open the list, choose all, review, sign, one PIN; and the files are back.
describe.each<{ token: TokenKind; count: number; language: 'vi' | 'en' }>([
  { token: 'p12', count: 8, language: 'vi' },
  { token: 'softhsm', count: 4, language: 'en' },
])('a batch of $count with $token', ({ token, count, language }) => {
  let desk: Desk
  let out: string
  let ids: number[]

  beforeAll(async () => {
    out = mkdtempSync(path.join(tmpdir(), 'antin-signed-'))
    desk = await openDesk({ token, language, unpaired: true, netLog: path.join(out, 'net-log.json') })
  })
  afterAll(async () => {
    await desk.close()
    rmSync(out, { recursive: true, force: true })
  })

  test('pairs, signs with one PIN, and every file comes back valid', async () => {
    const { clerk, office, page } = desk
    ids = (await listedIds(page)).slice(0, count)
    const originals = new Map<number, Buffer>()
    for (const id of ids) originals.set(id, readFileSync(await downloadSigned(page, office.system.origin, id, path.join(out, 'before'))))

    await shootOwn(desk.browser, 'welcome.html', /^(Ghép nối|Pair)$/, `welcome-${language}`)
    const popup = await clerk.openPopup()
    const digits = await clerk.pair(popup)
    const [pairing] = questions(office)
    expect(pairing?.kind).toBe('confirm')
    expect(digits).toMatch(/^\d{6}$/)
    expect(pairing?.description.replaceAll(/\D/g, '')).toContain(digits)
    await popup.getByRole('button', { name: /^(Xem và ký|Review and sign) / }).waitFor()
    await shoot(popup, `popup-${language}`)
    await shootOwn(desk.browser, 'options.html', /Nguyễn Hữu Thành/, `options-${language}`)

    const signWindow = await clerk.choose(popup, count)
    await signWindow.getByRole('button', { name: new RegExp(`^(Ký|Sign) ${count} `) }).and(signWindow.locator(':enabled')).waitFor()
    const code = (await signWindow.locator('.code').innerText()).trim()
    await signWindow.locator('.thumbnail img').first().waitFor()
    await shoot(signWindow, `sign-${language}`)
    await clerk.approve(signWindow)
    await returnedAll(signWindow, count)

    const pins = questions(office).filter(({ kind }) => kind === 'getpin')
    expect(pins).toHaveLength(1)
    expect(pins[0]?.description).toContain(code)
    expect(pins[0]?.description).toContain(String(count))
    expect(pins[0]?.description).toContain(new URL(office.system.origin).host)
    const panel = await clerk.openPanel()
    await panel.getByText(/Đã xong|Done/).first().waitFor()
    await shoot(panel, `panel-${language}`)

    for (const id of ids) {
      const file = await downloadSigned(page, office.system.origin, id, out)
      expect(await checkSigned(id, file, office)).toMatchObject({ antinVerify: 0, pdfsigValid: true, pdfsigTotal: true, valid: true })
      const original = originals.get(id)
      expect(original?.equals(readFileSync(file).subarray(0, original.length))).toBe(true)
    }
  })

  test('openssl accepts the container and qpdf finds the file no worse than before', async () => {
    const { office, page } = desk
    for (const id of ids) judge(await downloadSigned(page, office.system.origin, id, out))
  })

  test('the extension asked the document system and the agent, and nobody else', async () => {
    const { browser, office } = desk
    // One that it should not make, so that the log is known to tell.
    const planted = 'http://127.0.0.1:9/planted'
    await (await browser.worker()).evaluate((url) => fetch(url).then(() => undefined, () => undefined), planted)
    await browser.close()
    const asked = requestsOf(`chrome-extension://${browser.extensionId}`, path.join(out, 'net-log.json'))
    const site = `${office.system.origin}/`
    // Where an agent may be: the link itself, and the knock by which a return is heard.
    const agents = ports.flatMap((port) => [`ws://127.0.0.1:${port}/`, `http://127.0.0.1:${port}/`])
    expect(asked.some((url) => url.startsWith(site))).toBe(true)
    expect(asked).toContain(`ws://127.0.0.1:${office.agent.port}/`)
    expect(asked.filter((url) => !url.startsWith(site) && !agents.includes(url))).toEqual([planted])
  })

  function judge(file: string): void {
    const { container, covered } = extractSigned(readFileSync(file))
    const write = (name: string, bytes: Uint8Array): string => {
      const target = path.join(out, name)
      writeFileSync(target, bytes)
      return target
    }
    const words = ['cms', '-verify', '-binary', '-inform', 'DER', '-in', write('container.der', container), '-content', write('covered.bin', covered), '-CAfile', desk.office.rootFile, '-purpose', 'any', '-out', '/dev/null']
    expect(() => execFileSync('openssl', words, { stdio: 'pipe' })).not.toThrow()
    expect(qpdfStatus(file)).toBeLessThanOrEqual(qpdfStatus(path.join(out, 'before', path.basename(file))))
  }
})

function qpdfStatus(file: string): number {
  try {
    execFileSync('qpdf', ['--check', file], { stdio: 'pipe' })
    return 0
  } catch (error) {
    return (error as { status: number }).status
  }
}

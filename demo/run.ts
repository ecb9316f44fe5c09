/** `npm run demo`: an office to try. With a screen a person plays the clerk; with --headless this program does, and checks the result. */
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { openBrowser, type Browser } from './office/browser.ts'
import { checkSigned, downloadSigned, type CheckedDocument } from './office/check-signed.ts'
import { clerkAt } from './office/clerk.ts'
import { openOffice, type Office } from './office/office.ts'
import { registerHost } from './office/register-host.ts'
import type { TokenKind } from './office/token.ts'

const usage = `Usage: npm run demo -- [options]

  --token p12|softhsm   what holds the clerk's key (default p12)
  --port N              port of the document system (default 8030; any free one with --headless)
  --folder DIR          keep the demo's state here (default: a folder of its own below the state folder of this user)
  --language vi|en      language of the windows (default vi)

  --headless            play the clerk without a screen, then check every file
  --documents N         how many documents to sign (default 24, at most 100)
  --out DIR             leave the signed PDFs and result.json here (needed with --headless)
`

interface Options {
  token: TokenKind
  folder: string
  language: 'vi' | 'en'
  port: number
}

process.exitCode = await main()

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      token: { type: 'string', default: 'p12' },
      port: { type: 'string', default: '8030' },
      folder: { type: 'string' },
      language: { type: 'string', default: 'vi' },
      headless: { type: 'boolean', default: false },
      documents: { type: 'string', default: '24' },
      out: { type: 'string' },
    },
  })
  const count = Number(values.documents)
  const { token, language } = values
  const wrong = (token !== 'p12' && token !== 'softhsm') || (language !== 'vi' && language !== 'en') || !(count >= 1 && count <= 100) || (values.headless && values.out === undefined)
  if (values.help || wrong) {
    process.stdout.write(usage)
    return values.help ? 0 : 64
  }
  build()
  if (!values.headless) {
    return forPerson({ token, language, port: Number(values.port), folder: values.folder ?? stateFolder() })
  }
  const folder = path.join(tmpdir(), `antin-demo-${process.pid}`)
  try {
    return await alone({ token, language, port: 0, folder }, count, path.resolve(values.out ?? ''))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function build(): void {
  const { status } = spawnSync('npm', ['run', '--silent', 'build', '--', '--demo'], { cwd: path.resolve(import.meta.dirname, '..'), stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

function stateFolder(): string {
  return path.join(process.env['XDG_STATE_HOME'] ?? path.join(process.env['HOME'] ?? tmpdir(), '.local/state'), 'antin-demo')
}

async function forPerson({ token, folder, language, port }: Options): Promise<number> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const office = await openOffice({ folder, token, language, pinentry: 'window', systemPort: port, stamped: true })
  const { system } = office
  const people = system.users.map(({ username, name, title }) => `    ${username.padEnd(14)} ${name}, ${title}`).join('\n')
  process.stdout.write(`
  Hệ thống quản lý văn bản (thử nghiệm): ${system.origin}

  Người dùng (mật khẩu chung: ${system.password}):
${people}

  Mã PIN của ${token === 'p12' ? 'tệp khóa' : 'USB ký số'}: ${office.token.pin}

  Việc đầu tiên: đăng nhập bằng "lanhdao", mở danh sách chờ ký duyệt, bấm biểu tượng Ấn Tín trên thanh công cụ
  (nếu chưa thấy, bấm hình mảnh ghép rồi ghim Ấn Tín lại).
  Kết thúc: đóng trình duyệt hoặc bấm Ctrl+C.

`)
  registerHost({ profile: path.join(folder, 'browser'), home: path.join(folder, 'agent') })
  const browser = await openBrowser({ profile: path.join(folder, 'browser'), headless: false, language })
  const [page] = browser.context.pages()
  await page?.goto(system.origin)
  await closedByPerson(browser)
  await office.close()
  return 0
}

async function closedByPerson(browser: Browser): Promise<void> {
  await new Promise<void>((resolve) => {
    browser.context.once('close', () => resolve())
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void browser.close().finally(() => resolve()))
  })
}

async function alone(options: Options, count: number, out: string): Promise<number> {
  const office = await openOffice({ ...options, pinentry: 'scripted', stamped: true, documents: { outgoing: Math.max(200, count * 2), incoming: 20 } })
  registerHost({ profile: path.join(options.folder, 'browser'), home: path.join(options.folder, 'agent') })
  const browser = await openBrowser({ profile: path.join(options.folder, 'browser'), headless: true, language: options.language })
  try {
    const results = await signAsClerk(office, browser, options.language, count, out)
    const valid = results.filter((result) => result.valid).length
    await writeFile(path.join(out, 'result.json'), `${JSON.stringify({ token: options.token, documents: count, valid, results }, null, 2)}\n`)
    process.stdout.write(`${valid} of ${count} documents are signed, valid and wholly covered: ${out}\n`)
    return valid === count && results.length === count ? 0 : 1
  } finally {
    await browser.close()
    await office.close()
  }
}

async function signAsClerk(office: Office, browser: Browser, language: 'vi' | 'en', count: number, out: string): Promise<CheckedDocument[]> {
  const { origin, password } = office.system
  const page = browser.context.pages()[0] ?? (await browser.context.newPage())
  const clerk = clerkAt(browser, origin, page)
  await clerk.logIn('lanhdao', password)
  await clerk.openList('cho-ky-duyet', count <= 25 ? 25 : count <= 50 ? 50 : 100)
  const ids = await page.locator('#bang-van-ban-di tbody tr').evaluateAll((rows) => rows.map((row) => Number(row.id.replace(/\D/g, ''))))
  if (language !== 'vi') await clerk.chooseLanguage(language)
  const popup = await clerk.openPopup()
  await clerk.connect(popup)
  const signWindow = await clerk.choose(popup, count)
  await clerk.approve(signWindow)
  await signWindow.getByText(new RegExp(`(Đã trả về ${count}/${count}|${count} of ${count} returned)`)).first().waitFor({ timeout: 30_000 + count * 5_000 })
  if (existsSync(out)) await rm(path.join(out, 'result.json'), { force: true })
  const results: CheckedDocument[] = []
  for (const id of ids.slice(0, count)) results.push(await checkSigned(id, await downloadSigned(page, origin, id, out), office))
  return results
}

import { execFile } from 'node:child_process'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'

const run = promisify(execFile)
const antin = path.resolve(import.meta.dirname, '../../dist/agent/antin.js')

/** One signed document as it stands in the document system, and what others say of it. */
export interface CheckedDocument {
  id: number
  file: string
  sizeBytes: number
  /** Exit status of `antin verify` with the demo's root: 0 is TOTAL-PASSED. */
  antinVerify: number
  /** pdfsig says "Signature is Valid" of every signature. */
  pdfsigValid: boolean
  /** pdfsig says "Total document signed" of the newest signature. */
  pdfsigTotal: boolean
  valid: boolean
}

/** Downloads by the clerk's own session, as the clerk would: what comes back is what the recipients will get. */
export async function downloadSigned(page: Page, origin: string, id: number, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const { tep } = (await getJson(page, `${origin}/api/van-ban/${id}`)) as { tep: { diaChi: string; vanBanChinh: boolean }[] }
  const address = tep.find(({ vanBanChinh }) => vanBanChinh)?.diaChi
  if (address === undefined) throw new Error(`document ${id} has no file`)
  const answer = await page.request.get(new URL(address, origin).href)
  const file = path.join(folder, `${String(id).padStart(4, '0')}.pdf`)
  await writeFile(file, await answer.body())
  return file
}

async function getJson(page: Page, url: string): Promise<unknown> {
  const answer = await page.request.get(url)
  if (!answer.ok()) throw new Error(`${url}: ${answer.status()}`)
  return answer.json()
}

/** @param authority the root that is trusted and the issuing authority, which older signatures in a file may not carry */
export async function checkSigned(id: number, file: string, authority: { rootFile: string; issuingFile: string }): Promise<CheckedDocument> {
  const [ours, theirs] = await Promise.all([
    exitStatus(process.execPath, [antin, 'verify', file, '--root', authority.rootFile, '--intermediate', authority.issuingFile, '--json']),
    output('pdfsig', ['-nocert', file]),
  ])
  const signatures = theirs.split(/^Signature #\d+:/m).slice(1)
  const pdfsigValid = signatures.length > 0 && signatures.every((text) => text.includes('Signature Validation: Signature is Valid.'))
  const pdfsigTotal = signatures.at(-1)?.includes('Total document signed') ?? false
  return { id, file: path.basename(file), sizeBytes: (await stat(file)).size, antinVerify: ours, pdfsigValid, pdfsigTotal, valid: ours === 0 && pdfsigValid && pdfsigTotal }
}

async function exitStatus(program: string, words: string[]): Promise<number> {
  try {
    await run(program, words)
    return 0
  } catch (error) {
    const { code } = error as { code?: unknown }
    return typeof code === 'number' ? code : 70
  }
}

async function output(program: string, words: string[]): Promise<string> {
  try {
    return (await run(program, words)).stdout
  } catch (error) {
    return (error as { stdout?: string }).stdout ?? ''
  }
}

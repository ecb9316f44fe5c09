import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkSigned, downloadSigned } from '../../demo/office/check-signed.ts'
import { expectSignedOnce, listedIds, openDesk, questions, returnedAll, type Desk } from './desk.ts'
import { shoot } from './shoot.ts'

// The demo with its own servers: what the clerk sees while time stamps are slow, and when their server dies half-way.
const antin = path.resolve(import.meta.dirname, '../../dist/agent/antin.js')
let desk: Desk
beforeAll(async () => {
  desk = await openDesk({ stamped: true })
})
afterAll(() => desk.close())

test('a slow and then a dying time-stamp server: signed, kept, said so, and raised when it is back; one PIN', async () => {
  const { clerk, office, page } = desk
  const { servers } = office
  if (servers === undefined) throw new Error('the office has no servers')
  const slow = Promise.withResolvers<undefined>()
  servers.tsa = { until: slow.promise }
  const ids = (await listedIds(page)).slice(0, 6)
  const popup = await clerk.openPopup()
  const signWindow = await clerk.choose(popup, ids.length)
  await signWindow.getByText('Nơi cấp xác nhận chứng thư còn hiệu lực.').waitFor()
  await clerk.approve(signWindow)

  const panel = await clerk.openPanel()
  await panel.getByText(`Đã ký ${ids.length}/${ids.length}`, { exact: false }).first().waitFor()
  await panel.getByText(`${ids.length} chờ dấu thời gian`, { exact: false }).first().waitFor()
  await panel.getByText(/^Xem \d+ văn bản/).click()
  await expect.poll(() => panel.getByText('Đã ký, chờ dấu thời gian').count()).toBe(ids.length)
  await shoot(panel, 'panel-awaits-stamps')

  // Dies with all questions that are under way, and with those that come after.
  servers.tsa.fault = 'hung-up'
  slow.resolve(undefined)
  await panel.getByText('Máy chủ cấp dấu thời gian chưa trả lời', { exact: false }).first().waitFor()
  await panel.getByText(`${ids.length} văn bản đã ký được giữ an toàn trên máy này`, { exact: false }).first().waitFor()
  await shoot(panel, 'panel-stamps-held-up')

  servers.tsa = {}
  await returnedAll(signWindow, ids.length)
  await panel.getByText('Đã xong').first().waitFor()
  await expectSignedOnce(desk, ids)
  expect(questions(office).filter(({ kind }) => kind === 'getpin')).toHaveLength(1)
  for (const id of ids) {
    const file = await downloadSigned(page, office.system.origin, id, office.folder)
    expect(await checkSigned(id, file, office)).toMatchObject({ antinVerify: 0, pdfsigValid: true, pdfsigTotal: true })
    expect(levelOf(file)).toBe('B-T')
  }

  function levelOf(file: string): string {
    const words = [antin, 'verify', file, '--root', office.rootFile, '--intermediate', office.issuingFile, '--json']
    const { files } = JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' })) as { files: { report: { signatures: { level: string }[] } }[] }
    return files[0]?.report.signatures.at(-1)?.level ?? ''
  }
})

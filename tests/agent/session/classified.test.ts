import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import PDFDocument from 'pdfkit'
import { expect, it, onTestFinished } from 'vitest'
import { startAgent } from '../../../agent/main.ts'
import { canaryPin } from '../../support/canary-pins.ts'
import { AgentClient, newDocument } from '../../support/agent-client.ts'
import { makeClerk } from '../../support/clerk.ts'
import { makeCertificate, makeKeyFile } from '../../support/own-certificate.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { journalOf } from '../../support/test-agent.ts'
import { pdfsig } from '../signing/judges.ts'

const tinos = fileURLToPath(import.meta.resolve('@expo-google-fonts/tinos/400Regular/Tinos_400Regular.ttf'))
type Line = [text: string, x: number, y: number]

/** The head of a letter, with what a test puts into it. */
async function letter(...more: Line[]): Promise<Uint8Array> {
  const pdf = new PDFDocument({ size: 'A4', margin: 0 })
  pdf.font(tinos).fontSize(13)
  const head: Line[] = [
    ['UBND TỈNH SƠN LÂM', 95, 57], ['CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', 270, 57], ['SỞ NỘI VỤ', 120, 73],
    ['Độc lập - Tự do - Hạnh phúc', 310, 73], ['Số: 2061/SNV-VP', 110, 95], ['Sơn Lâm, ngày 5 tháng 2 năm 2026', 300, 95],
  ]
  for (const [text, x, y] of [...head, ...more]) pdf.text(text, x, y, { lineBreak: false })
  pdf.end()
  const chunks: Buffer[] = []
  for await (const chunk of pdf) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const marks = ['MẬT', 'TỐI MẬT', 'TUYỆT MẬT']
const places = [[130, 120], [120, 140], [100, 160], [70, 30], [150, 198], [440, 34], [115, 125], [125, 150], [110, 170], [90, 28]] as const
const words = ['bí mật', 'mật độ', 'mật khẩu', 'bảo mật', 'cơ mật', 'mật thiết', 'mật ong', 'thân mật', 'Trần Văn Mật', 'BẢO VỆ BÍ MẬT NHÀ NƯỚC']
const sentences: ((word: string, index: number) => Line)[] = [
  (word) => [`V/v ${word} năm 2026`, 95, 115],
  (word) => [`Kính gửi: Ông ${word}`, 200, 180],
  (word, index) => [`Điều ${index + 1}. Ban hành quy định về ${word} trong cơ quan`, 85, 250],
  (word) => [`Phòng chống lộ, lọt ${word}`, 95, 150],
]

it('of 30 documents that bear a mark none is signed, and no name or copy is kept; of 200 that only have the word all are', async () => {
  const folder = tempFolder()
  const pin = canaryPin()
  const keyFile = makeKeyFile(folder, 'leader', makeCertificate(folder, 'leader', { holder: 'Nguyễn Hữu Thành' }), pin)
  const home = path.join(folder, 'home')
  const clerk = makeClerk(folder, { confirm: true, pin })
  process.env['ANTIN_PINENTRY_SCRIPT'] = clerk.environment.ANTIN_PINENTRY_SCRIPT
  const agent = await startAgent({ home, machineFolder: folder, settings: { ports: [0], keyFiles: [keyFile], pinentry: clerk.pinentry } })
  onTestFinished(() => agent.close())
  const client = await AgentClient.pairAndConnect(agent.port)
  const [certificate] = (await client.listCertificates()).certificates
  const planted = await Promise.all(marks.flatMap((mark) => places.map(async ([x, y], index) => newDocument(`Hồ sơ kín ${mark} ${index}.pdf`, await letter([mark, x, y])))))
  const ordinary = await Promise.all(
    Array.from({ length: 5 }).flatMap((_, turn) => words.flatMap((word) => sentences.map(async (sentence, index) => newDocument(`${word} ${index} ${turn}.pdf`, await letter(sentence(word, index + turn), [`Bản ${turn}`, 85, 400]))))),
  )
  expect([planted.length, ordinary.length]).toEqual([30, 200])
  const offered = await client.offer([...planted, ...ordinary], { certificateSha256: certificate?.sha256 ?? '' })
  const { documents } = offered
  expect(documents.slice(0, 30).filter(({ refusal }) => refusal?.code !== 'classified-document').map(({ name }) => name)).toEqual([])
  expect(documents.slice(30).filter(({ state }) => state !== 'received').map(({ name, refusal }) => [name, refusal])).toEqual([])
  client.approve(offered)
  const done = await client.batch(offered.batchId, 'done', 'stopped')
  expect(done.documents.slice(30).filter(({ state }) => state !== 'checked').map(({ name, refusal }) => [name, refusal])).toEqual([])
  expect(done.documents.slice(0, 30).map(({ state, signedSha256 }) => signedSha256 ?? state)).toEqual(planted.map(() => 'refused'))
  for (const index of [30, 129, 229]) {
    const file = path.join(folder, 'signed.pdf')
    writeFileSync(file, await client.fetch(offered.batchId, done.documents[index]?.documentId ?? ''))
    expect(pdfsig(file)).toEqual([{ valid: true, wholeFile: true }])
  }
  const kept = readdirSync(home, { recursive: true, encoding: 'utf8' })
  expect(kept.filter((file) => file.endsWith('.signed.pdf'))).toHaveLength(200)
  expect(planted.filter(({ documentId }) => kept.some((file) => file.includes(documentId)))).toEqual([])
  await agent.close()
  // Neither the journal nor any other file of the agent's bears the name; nor does a window that the clerk saw.
  const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
  expect(files.filter((file) => readFileSync(file).includes('Hồ sơ kín'))).toEqual([])
  expect(clerk.saw().filter(({ description }) => description.includes('Hồ sơ kín'))).toEqual([])
  expect(journalOf(home).filter(({ what }) => what === 'signed')).toHaveLength(200)
}, 120_000)

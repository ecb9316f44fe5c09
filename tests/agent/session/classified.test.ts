import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import PDFDocument from 'pdfkit'
import { expect, it, onTestFinished } from 'vitest'
import { startAgent } from '../../../agent/main.ts'
import { AgentClient, newDocument } from '../../support/agent-client.ts'
import { makeClerk } from '../../support/clerk.ts'
import { makeCertificate, makeKeyFile } from '../../support/own-certificate.ts'
import { tempFolder } from '../../support/temp-folder.ts'

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

it('of 30 documents that bear a mark none is taken, and no name or copy is kept; of 200 that only have the word all are', async () => {
  const folder = tempFolder()
  const keyFile = makeKeyFile(folder, 'leader', makeCertificate(folder, 'leader', { holder: 'Nguyễn Hữu Thành' }), '24681357')
  const home = path.join(folder, 'home')
  const clerk = makeClerk(folder, { confirm: true, pin: '24681357' })
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
  const { documents } = await client.offer([...planted, ...ordinary], { certificateSha256: certificate?.sha256 ?? '' })
  expect(documents.slice(0, 30).filter(({ refusal }) => refusal?.code !== 'classified-document').map(({ name }) => name)).toEqual([])
  expect(documents.slice(30).filter(({ state }) => state !== 'received').map(({ name, refusal }) => [name, refusal])).toEqual([])
  const kept = readdirSync(home, { recursive: true, encoding: 'utf8' })
  expect(planted.filter(({ documentId }) => kept.some((file) => file.includes(documentId)))).toEqual([])
  await agent.close()
  expect(readFileSync(path.join(home, 'journal.sqlite')).includes('Hồ sơ kín')).toBe(false)
}, 120_000)

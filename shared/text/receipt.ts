import type { ReceiptView } from '../protocol/receipt.ts'
import type { Language } from './errors.ts'

type Result = ReceiptView['documents'][number]['result']

/** What the receipt says that the clerk saves: read on a screen, printed, or held against the journal by an auditor. */
export interface ReceiptText {
  title: string
  fileName: (day: string) => string
  intro: string
  site: string
  holder: string
  serial: string
  user: string
  program: string
  batch: string
  taken: string
  document: string
  signed: string
  delivered: string
  outcome: string
  before: string
  after: string
  results: Record<Result, string>
  anchor: string
  anchorText: (eventId: number, hash: string) => string
  stamped: string
  check: string
}

const texts: Record<Language, ReceiptText> = {
  vi: {
    title: 'Biên nhận lượt ký',
    fileName: (day) => `Biên nhận lượt ký ${day}`,
    intro: 'Biên nhận ghi những gì nhật ký của chương trình ký đã ghi về lượt ký này: văn bản nào, ký lúc nào, bằng chứng thư nào, kết quả ra sao. Không có nội dung văn bản và không có mã PIN.',
    site: 'Hệ thống văn bản',
    holder: 'Người ký',
    serial: 'Số hiệu chứng thư',
    user: 'Người dùng trên máy',
    program: 'Chương trình ký',
    batch: 'Mã lượt ký',
    taken: 'Lập lúc',
    document: 'Văn bản',
    signed: 'Ký lúc',
    delivered: 'Trả về lúc',
    outcome: 'Kết quả',
    before: 'SHA-256 trước khi ký',
    after: 'SHA-256 sau khi ký',
    results: { sent: 'Đã ký, trả về và chuyển tiếp', delivered: 'Đã ký và trả về', signed: 'Đã ký, chưa trả về', refused: 'Không ký', open: 'Đang dở' },
    anchor: 'Dấu mốc của nhật ký',
    anchorText: (eventId, hash) => `Sự kiện số ${eventId}, mã băm ${hash}`,
    stamped: 'Dấu thời gian của dấu mốc',
    check: 'Bộ phận CNTT đối chiếu với nhật ký bằng lệnh: antin journal verify --receipt TỆP. Nếu nhật ký bị sửa sau khi lập biên nhận, lệnh này sẽ chỉ ra. Để kiểm tra một tệp đã ký, so SHA-256 của tệp với cột sau khi ký.',
  },
  en: {
    title: 'Receipt of a signing batch',
    fileName: (day) => `Signing receipt ${day}`,
    intro: 'This receipt tells what the journal of the signing program has recorded of the batch: which documents, signed when, with which certificate, and how each ended. It holds no content of a document and no PIN.',
    site: 'Document system',
    holder: 'Signer',
    serial: 'Serial number of the certificate',
    user: 'User of this PC',
    program: 'Signing program',
    batch: 'Batch',
    taken: 'Issued',
    document: 'Document',
    signed: 'Signed',
    delivered: 'Returned',
    outcome: 'Result',
    before: 'SHA-256 before signing',
    after: 'SHA-256 after signing',
    results: { sent: 'Signed, returned and sent on', delivered: 'Signed and returned', signed: 'Signed, not returned', refused: 'Not signed', open: 'Not finished' },
    anchor: 'Anchor of the journal',
    anchorText: (eventId, hash) => `Event ${eventId}, hash ${hash}`,
    stamped: 'Time stamp of the anchor',
    check: 'The IT desk holds it against the journal with: antin journal verify --receipt FILE. A journal that was changed after this receipt no longer fits, and the command says where. To check a signed file, compare its SHA-256 with the column after signing.',
  },
}

export function receiptText(language: Language): ReceiptText {
  return texts[language]
}

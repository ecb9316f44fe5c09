import type { Language } from './errors.ts'

const documents = (count: number) => (count === 1 ? '1 document' : `${count} documents`)

/** What the background says itself: the menu of a link, and the one notification at the end of a batch. */
const sentences = {
  filesOfPc: { vi: 'Tệp trên máy này', en: 'Files of this PC' },
  saved: { vi: (count: number) => `Đã ký và lưu vào thư mục tải xuống ${count} văn bản.`, en: (count: number) => `${documents(count)} signed and saved to the download folder.` },
  menuSign: { vi: 'Ký số văn bản này', en: 'Sign this document' },
  endTitle: { vi: 'Lượt ký đã xong', en: 'The batch is done' },
  stoppedTitle: { vi: 'Lượt ký đã dừng', en: 'The batch has stopped' },
  returned: { vi: (count: number) => `Đã ký và trả về hệ thống ${count} văn bản.`, en: (count: number) => `${documents(count)} signed and returned to the system.` },
  sent: { vi: (count: number) => `Đã ký và gửi đi ${count} văn bản.`, en: (count: number) => `${documents(count)} signed and sent on.` },
  kept: { vi: (count: number) => `${count} văn bản đã ký nhưng chưa trả về được.`, en: (count: number) => `${documents(count)} signed but not returned yet.` },
  waiting: { vi: (count: number) => `${count} văn bản đã ký, chờ dấu thời gian.`, en: (count: number) => `${documents(count)} signed, waiting for time stamps.` },
  unsigned: { vi: (count: number) => `${count} văn bản chưa ký được.`, en: (count: number) => `${documents(count)} not signed.` },
} as const

export type BackgroundText = { [Name in keyof typeof sentences]: (typeof sentences)[Name]['vi'] }

export function backgroundText(language: Language): BackgroundText {
  return Object.fromEntries(Object.entries(sentences).map(([name, sentence]) => [name, sentence[language]])) as unknown as BackgroundText
}

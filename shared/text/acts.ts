import { vietnamIsoTime } from './vietnam-time.ts'

/** What acts print on a document (Nghị định 30/2020/NĐ-CP, Phụ lục I and IV). One language: the documents' own. */
export const actTexts = {
  copyForms: { full: 'SAO Y', recopy: 'SAO LỤC', extract: 'TRÍCH SAO' },
  arrival: 'ĐẾN',
  arrivalNumber: (number: string) => `Số: ${number}`,
  arrivalDate: (date: string) => `Ngày: ${date}`,
  code: (code: string) => `Số: ${code}`,
  signedAt: (time: Date) => `Thời gian ký: ${vietnamIsoTime(time)}`,
} as const

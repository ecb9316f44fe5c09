/** The words by which the head of a Vietnamese administrative document is read, in lower case where case varies. */

/** Nghị định 30/2020/NĐ-CP, Điều 7: kinds of documents that carry their kind as a title; and those of the law-makers. */
export const documentKinds: readonly string[] = [
  'nghị quyết',
  'quyết định',
  'chỉ thị',
  'quy chế',
  'quy định',
  'thông cáo',
  'thông báo',
  'hướng dẫn',
  'chương trình',
  'kế hoạch',
  'phương án',
  'đề án',
  'dự án',
  'báo cáo',
  'biên bản',
  'tờ trình',
  'hợp đồng',
  'công điện',
  'bản ghi nhớ',
  'bản thỏa thuận',
  'giấy ủy quyền',
  'giấy mời',
  'giấy giới thiệu',
  'giấy nghỉ phép',
  'phiếu gửi',
  'phiếu chuyển',
  'phiếu báo',
  'thư công',
  'nghị định',
  'thông tư',
]

export const headingWords = {
  number: 'Số',
  about: 'V/v',
  /** What begins the paragraph after the subject. */
  paragraphsAfter: ['kính gửi', 'căn cứ'],
} as const

/** The newer and the older way to set a tone mark. */
export const toneSpellings: readonly (readonly [string, string])[] = [
  ['oả', 'ỏa'],
  ['oà', 'òa'],
  ['uỷ', 'ủy'],
]

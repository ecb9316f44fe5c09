/**
 * The fixed words of an administrative document (Nghị định 30/2020/NĐ-CP, Phụ lục I) by which its parts are found, as
 * sources of regular expressions over text in NFC.
 */
export const landmarkWords = {
  /** Quốc hiệu: both ways to set the tone mark are in use. */
  nation: 'CỘNG\\s*H(?:ÒA|OÀ)\\s*XÃ\\s*HỘI\\s*CHỦ\\s*NGHĨA\\s*VIỆT\\s*NAM',
  /** Tiêu ngữ: with a hyphen or a dash, with blanks or without. */
  motto: 'Độc\\s*lập\\s*[-–—]\\s*Tự\\s*do\\s*[-–—]\\s*Hạnh\\s*phúc',
  number: 'Số',
  day: 'ngày',
  month: 'tháng',
  year: 'năm',
  recipients: 'Nơi\\s*nhận',
  /** Marks of secrecy, the longest first, and the word that may stand before one. */
  secrecy: [
    ['most-secret', 'TUYỆT MẬT'],
    ['top-secret', 'TỐI MẬT'],
    ['secret', 'MẬT'],
  ],
  secrecyLabel: '(?:Mức\\s*)?độ\\s*mật',
  /** What a heading that was broken before the word ends with. */
  beforeSecrecy: 'BÍ|CƠ|CẨN|BẢO|ÁI|SỰ|TRỊNH|NGỌT',
  /** How most titles over a signature begin: for whom, instead of whom, and the posts of those who sign. */
  titles:
    'TM|KT|TL|TUQ|Q|QUYỀN|GIÁM ĐỐC|PHÓ|CHỦ|BỘ|THỨ|TỔNG|CỤC|CHI CỤC|CHÁNH|VỤ|TRƯỞNG|HIỆU|VIỆN|THỦ|BÍ|THANH TRA|ỦY|UỶ|HỘI ĐỒNG|BAN|NGƯỜI',
} as const

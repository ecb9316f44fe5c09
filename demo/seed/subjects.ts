import type { Random } from './random.ts'

export interface KindSeed {
  kind: string
  /** Before the agency's sign in the symbol; empty for official letters. */
  mark: string
  /** Its name over the title of the document; official letters have none. */
  heading: string | null
}

export const kinds: readonly KindSeed[] = [
  { kind: 'Công văn', mark: '', heading: null },
  { kind: 'Quyết định', mark: 'QĐ', heading: 'QUYẾT ĐỊNH' },
  { kind: 'Tờ trình', mark: 'TTr', heading: 'TỜ TRÌNH' },
  { kind: 'Báo cáo', mark: 'BC', heading: 'BÁO CÁO' },
  { kind: 'Kế hoạch', mark: 'KH', heading: 'KẾ HOẠCH' },
  { kind: 'Thông báo', mark: 'TB', heading: 'THÔNG BÁO' },
]

const units = ['TCCB', 'CCHC', 'CCVC', 'VP', 'XDCQ', 'TTr']

const matters = [
  'rà soát, kiện toàn tổ chức bộ máy của các đơn vị sự nghiệp công lập',
  'triển khai Kế hoạch cải cách hành chính',
  'báo cáo kết quả thực hiện tinh giản biên chế',
  'cử cán bộ, công chức tham gia lớp bồi dưỡng kỹ năng sử dụng chữ ký số',
  'hướng dẫn lập hồ sơ công việc và nộp lưu hồ sơ điện tử vào Lưu trữ cơ quan',
  'phân bổ chỉ tiêu biên chế công chức, số lượng người làm việc',
  'tổ chức Hội nghị tổng kết công tác văn thư, lưu trữ',
  'bổ nhiệm lại công chức giữ chức vụ lãnh đạo, quản lý',
  'nâng bậc lương thường xuyên đối với công chức, viên chức và người lao động',
  'kiểm tra việc thực hiện kỷ luật, kỷ cương hành chính',
  'lấy ý kiến góp ý dự thảo Quy chế làm việc của cơ quan',
  'thống kê số lượng, chất lượng cán bộ, công chức cấp xã',
  'đôn đốc gửi, nhận văn bản điện tử qua Trục liên thông văn bản',
  'xếp loại mức độ hoàn thành nhiệm vụ của tập thể và cá nhân',
  'thành lập Tổ công tác chuyển đổi số của ngành',
  'khen thưởng các tập thể, cá nhân có thành tích xuất sắc trong phong trào thi đua',
  'rà soát thủ tục hành chính thuộc thẩm quyền giải quyết',
  'bố trí kinh phí thực hiện chính sách đối với người hoạt động không chuyên trách',
  'tăng cường bảo đảm an toàn thông tin khi sử dụng thiết bị lưu khóa bí mật',
  'điều chỉnh nhiệm vụ, quyền hạn của các phòng chuyên môn',
]

const scopes = [
  'năm {year}', 'trên địa bàn tỉnh Sơn Lâm', 'quý {quarter} năm {year}', 'giai đoạn {year} - {later}', '6 tháng đầu năm {year}',
  'đối với các sở, ban, ngành và Ủy ban nhân dân các huyện, thị xã', 'theo Kết luận của Thường trực Tỉnh ủy Sơn Lâm',
]

export function inventTitle(random: Random, kind: KindSeed, year: number): string {
  const scope = random
    .pick(scopes)
    .replaceAll('{year}', String(year))
    .replaceAll('{later}', String(year + 5))
    .replaceAll('{quarter}', random.pick(['I', 'II', 'III', 'IV']))
  const matter = `${random.pick(matters)} ${scope}`
  switch (kind.kind) {
    case 'Công văn':
      return `V/v ${matter}`
    case 'Quyết định':
    case 'Tờ trình':
      return `Về việc ${matter}`
    default:
      return `${matter.charAt(0).toUpperCase()}${matter.slice(1)}`
  }
}

export function inventSymbol(random: Random, kind: KindSeed, agencySymbol: string): string {
  return kind.mark === '' ? `${agencySymbol}-${random.pick(units)}` : `${kind.mark}-${agencySymbol}`
}

/** File names as people make them: tidy, long, with quotes and commas, and typed on a Mac (decomposed). */
export function inventFileName(random: Random, kind: string, title: string, index: number): string {
  const topic = title.replace(/^(V\/v|Về việc) /, '')
  const short = topic.split(' ').slice(0, 7).join(' ')
  switch (index % 8) {
    case 0:
      return `${kind} ${short}.pdf`
    case 1:
      return `${kind}_${topic}.pdf`
    case 2:
      return `${kind} "${short}" (bản trình ký).pdf`
    case 3:
      return `${random.between(10, 28)}.${random.between(1, 12)} ${kind}, ${short}, chỉnh sửa lần ${random.between(2, 5)}.pdf`
    case 4:
      return `${kind} ${topic}.pdf`.normalize('NFD')
    case 5:
      return `Du thao ${random.between(1, 9)}.pdf`
    case 6:
      return [
        `${kind} ${topic}; kèm theo Đề án “Nâng cao chất lượng tham mưu, tổng hợp”`,
        'và các phụ lục có liên quan (bản tổng hợp ý kiến của các sở, ngành).pdf',
      ].join(' ')
    default:
      return `${kind.toUpperCase()} - ${short.replaceAll(' ', '_')}.PDF`
  }
}

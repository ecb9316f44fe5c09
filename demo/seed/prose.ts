import { agencies } from './agencies.ts'
import type { Random } from './random.ts'

const openings = [
  'Thực hiện chỉ đạo của Ủy ban nhân dân tỉnh Sơn Lâm về việc {topic}, {agency} đã phối hợp với các cơ quan, đơn ' +
    'vị có liên quan tổ chức rà soát, tổng hợp và đánh giá tình hình thực hiện.',
  'Trên cơ sở kết quả làm việc với các sở, ban, ngành và Ủy ban nhân dân các huyện, thị xã, {agency} trân trọng ' +
    'báo cáo và đề nghị xem xét một số nội dung sau đây.',
  'Để bảo đảm tiến độ, chất lượng công việc và thống nhất trong quá trình tổ chức thực hiện, {agency} đề nghị ' +
    'các cơ quan, đơn vị quan tâm chỉ đạo thực hiện các nội dung cụ thể như sau:',
]

const sentences = [
  'Các cơ quan, đơn vị chủ động xây dựng kế hoạch, phân công rõ trách nhiệm của từng tập thể, cá nhân và thời hạn hoàn thành.',
  'Đến nay đã có {many} cơ quan, đơn vị hoàn thành việc rà soát, đạt tỷ lệ {percent}% so với kế hoạch đề ra.',
  'Việc gửi, nhận văn bản điện tử được thực hiện trên Hệ thống quản lý văn bản và điều hành, bảo đảm đúng quy ' +
    'định về thể thức, kỹ thuật trình bày và ký số.',
  'Tăng cường công tác tuyên truyền, phổ biến để cán bộ, công chức, viên chức nắm vững quy trình và thao tác đúng.',
  'Kinh phí thực hiện được bố trí từ nguồn ngân sách nhà nước theo phân cấp hiện hành và các nguồn hợp pháp khác.',
  'Trong quá trình thực hiện, nếu có khó khăn, vướng mắc, đề nghị phản ánh bằng văn bản về {agency} để được ' +
    'hướng dẫn, giải quyết kịp thời.',
  'Hồ sơ, tài liệu hình thành trong quá trình giải quyết công việc phải được lập đầy đủ và nộp lưu vào Lưu trữ cơ quan đúng thời hạn.',
  'Người đứng đầu cơ quan, đơn vị chịu trách nhiệm trước pháp luật về tính chính xác của số liệu báo cáo.',
  'Công tác phối hợp giữa các ngành, các cấp có nhiều chuyển biến tích cực; kỷ luật, kỷ cương hành chính tiếp tục được tăng cường.',
  'Tuy nhiên, một số đơn vị gửi báo cáo còn chậm, nội dung chưa đầy đủ, chưa bám sát đề cương hướng dẫn.',
  'Số hồ sơ giải quyết đúng hạn và trước hạn là {many} hồ sơ; số hồ sơ đang trong thời hạn giải quyết là {few} hồ sơ.',
  'Bố trí công chức có năng lực, kinh nghiệm làm đầu mối theo dõi, tổng hợp và cung cấp thông tin khi có yêu cầu.',
  'Thiết bị lưu khóa bí mật phải được quản lý chặt chẽ, chỉ giao cho người được phân công và bàn giao bằng biên bản khi thay đổi nhân sự.',
  'Định kỳ trước ngày {day} hằng tháng, các đơn vị gửi báo cáo kết quả thực hiện về {agency} qua Trục liên thông văn bản.',
  'Tổ chức kiểm tra, đánh giá theo kế hoạch; kịp thời biểu dương tập thể, cá nhân thực hiện tốt và nhắc nhở đơn ' +
    'vị thực hiện chưa nghiêm túc.',
  'Các nhiệm vụ chuyển tiếp phải được cập nhật, theo dõi thường xuyên, không để chậm trễ, ảnh hưởng đến chương trình công tác chung.',
  'Nội dung tham mưu phải bảo đảm đúng thẩm quyền, đúng trình tự, thủ tục và phù hợp với tình hình thực tế của địa phương.',
  'Kết quả thực hiện là một trong những căn cứ để xem xét, đánh giá, xếp loại mức độ hoàn thành nhiệm vụ cuối năm.',
]

const headings = [
  'MỤC ĐÍCH, YÊU CẦU', 'KẾT QUẢ THỰC HIỆN', 'TỒN TẠI, HẠN CHẾ VÀ NGUYÊN NHÂN',
  'NHIỆM VỤ, GIẢI PHÁP TRỌNG TÂM', 'TỔ CHỨC THỰC HIỆN', 'KIẾN NGHỊ, ĐỀ XUẤT',
]

const points = [
  'Công tác lãnh đạo, chỉ đạo', 'Công tác tổ chức bộ máy và biên chế',
  'Công tác đào tạo, bồi dưỡng', 'Công tác văn thư, lưu trữ', 'Ứng dụng công nghệ thông tin',
  'Chế độ thông tin, báo cáo', 'Trách nhiệm của các phòng chuyên môn', 'Thời gian và tiến độ thực hiện',
]

const roman = ['I', 'II', 'III', 'IV', 'V', 'VI']

export interface Paragraph {
  text: string
  kind: 'text' | 'heading' | 'point'
}

export interface ProseSource {
  agency: string
  topic: string
}

/** Paragraphs without end: an opening, then numbered parts with points and plain text. */
export function* inventParagraphs(random: Random, { agency, topic }: ProseSource): Generator<Paragraph, never> {
  const fill = (text: string): string =>
    text
      .replaceAll('{agency}', agency)
      .replaceAll('{topic}', topic)
      .replaceAll('{many}', String(random.between(31, 480)))
      .replaceAll('{few}', String(random.between(2, 29)))
      .replaceAll('{percent}', `${random.between(71, 99)},${random.between(1, 9)}`)
      .replaceAll('{day}', String(random.between(10, 25)))
  const body = (): Paragraph => ({ kind: 'text', text: fill(random.some(sentences, random.between(2, 4)).join(' ')) })
  yield { kind: 'text', text: fill(random.pick(openings)) }
  for (let part = 0; ; part += 1) {
    yield { kind: 'heading', text: `${roman[part % roman.length] ?? 'I'}. ${headings[part % headings.length] ?? ''}` }
    const count = random.between(2, 4)
    for (let point = 1; point <= count; point += 1) {
      yield { kind: 'point', text: `${point}. ${random.pick(points)}` }
      for (let index = random.between(1, 2); index > 0; index -= 1) yield body()
    }
  }
}

/** What a decision rests on, in italics, before its articles. */
export function groundsOf(random: Random, topic: string): string[] {
  const days = `ngày ${random.between(10, 28)} tháng ${random.between(10, 12)} năm 2023`
  return [
    'Căn cứ Luật Tổ chức chính quyền địa phương;',
    'Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư;',
    `Căn cứ Quyết định số ${random.between(11, 96)}/2023/QĐ-UBND ${days} của Ủy ban nhân dân tỉnh Sơn ` +
      'Lâm quy định chức năng, nhiệm vụ, quyền hạn và cơ cấu tổ chức;',
    `Theo đề nghị của Trưởng Phòng Tổ chức cán bộ về việc ${topic}.`,
  ]
}

export function articlesOf(random: Random, topic: string): string[] {
  return [
    `Điều 1. Ban hành kèm theo Quyết định này các nội dung về ${topic}.`,
    `Điều 2. Quyết định này có hiệu lực kể từ ngày ký. ${random.pick(sentences.slice(4, 8)).replaceAll('{agency}', 'cơ quan ban hành')}`,
    'Điều 3. Chánh Văn phòng, Trưởng các phòng chuyên môn và các cơ quan, đơn vị, cá nhân có liên quan chịu trách ' +
      'nhiệm thi hành Quyết định này./.',
  ]
}

export interface TableRow {
  name: string
  planned: number
  done: number
}

/** Rows of an appendix: agencies with two figures each. */
export function inventRows(random: Random, count: number): TableRow[] {
  return Array.from({ length: count }, (_, index) => {
    const planned = random.between(20, 240)
    return { name: agencies[index % agencies.length]?.name ?? '', planned, done: random.between(8, planned) }
  })
}

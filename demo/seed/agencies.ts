/** The invented province: agencies at three levels. The first is the home agency, whose outgoing documents are seeded. */
export interface AgencySeed {
  id: number
  name: string
  short: string
  /** The line above the name on a document, in capitals. */
  parent: string
  /** The name as a document prints it, line by line. */
  heading: string[]
  level: 'tinh' | 'so-huyen' | 'xa'
  symbol: string
  /** Before the date on a document. */
  place: string
  /** The post of its head, in capitals, line by line, as the signing block prints it. */
  headTitle: string[]
  head: string
}

const province = 'UBND TỈNH SƠN LÂM'

function department(id: number, name: string, symbol: string, head: string): AgencySeed {
  return {
    id, name: `${name} tỉnh Sơn Lâm`, short: name, parent: province, heading: [name.toUpperCase()], level: 'so-huyen', symbol,
    place: 'Sơn Lâm', headTitle: ['GIÁM ĐỐC'], head,
  }
}

function committee(id: number, name: string, level: 'so-huyen' | 'xa', head: string, parent = province): AgencySeed {
  return {
    id, name: `Ủy ban nhân dân ${name}`, short: `UBND ${name}`, parent, heading: ['ỦY BAN NHÂN DÂN', name.toUpperCase()], level,
    symbol: 'UBND',
    place: name.replace(/^(huyện|xã|phường|thị xã) /, ''), headTitle: ['TM. ỦY BAN NHÂN DÂN', 'CHỦ TỊCH'], head,
  }
}

export const homeAgency: AgencySeed = department(1, 'Sở Nội vụ', 'SNV', 'Nguyễn Hữu Thành')

export const agencies: readonly AgencySeed[] = [
  homeAgency,
  {
    id: 2, name: 'Ủy ban nhân dân tỉnh Sơn Lâm', short: 'UBND tỉnh', parent: '', heading: ['ỦY BAN NHÂN DÂN', 'TỈNH SƠN LÂM'],
    level: 'tinh', symbol: 'UBND', place: 'Sơn Lâm',
    headTitle: ['TM. ỦY BAN NHÂN DÂN', 'KT. CHỦ TỊCH', 'PHÓ CHỦ TỊCH'], head: 'Đinh Quang Khải',
  },
  {
    id: 3, name: 'Hội đồng nhân dân tỉnh Sơn Lâm', short: 'HĐND tỉnh', parent: '', heading: ['HỘI ĐỒNG NHÂN DÂN', 'TỈNH SƠN LÂM'],
    level: 'tinh', symbol: 'HĐND', place: 'Sơn Lâm', headTitle: ['TM. THƯỜNG TRỰC HĐND', 'PHÓ CHỦ TỊCH'], head: 'Mai Thị Bích Ngọc',
  },
  department(4, 'Sở Tài chính', 'STC', 'Vũ Đình Lộc'),
  department(5, 'Sở Y tế', 'SYT', 'Hoàng Thị Kim Oanh'),
  department(6, 'Sở Giáo dục và Đào tạo', 'SGDĐT', 'Phan Văn Tường'),
  department(7, 'Sở Xây dựng', 'SXD', 'Bùi Xuân Trường'),
  department(8, 'Sở Tư pháp', 'STP', 'Dương Thị Lệ Thủy'),
  department(9, 'Sở Khoa học và Công nghệ', 'SKHCN', 'Tạ Đức Bình'),
  committee(10, 'huyện Tân Khê', 'so-huyen', 'Lương Văn Định'),
  committee(11, 'huyện Thượng Vân', 'so-huyen', 'Hà Thị Ngân'),
  committee(12, 'thị xã Hòa Lâm', 'so-huyen', 'Cao Minh Đạo'),
  committee(13, 'xã Bình Khê', 'xa', 'Lò Văn Inh', 'HUYỆN TÂN KHÊ'),
  committee(14, 'xã Phú Vân', 'xa', 'Vi Thị Hoa', 'HUYỆN THƯỢNG VÂN'),
  committee(15, 'xã Đồng Mây', 'xa', 'Quách Văn Sửu', 'HUYỆN THƯỢNG VÂN'),
  committee(16, 'phường Trung Sơn', 'xa', 'Trịnh Thị Yến', 'THỊ XÃ HÒA LÂM'),
]

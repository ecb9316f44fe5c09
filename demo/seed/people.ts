import type { Role } from '../work-order.ts'

export interface UserSeed {
  id: number
  username: string
  name: string
  title: string
  role: Role
  unit: string
  agencyId: number
}

const home = { agencyId: 1 }
const specialist = (id: number, username: string, name: string, unit: string): UserSeed =>
  ({ id, username, name, title: 'Chuyên viên', role: 'chuyen-vien', unit, ...home })
const clerkOf = (id: number, username: string, name: string, agencyId: number): UserSeed =>
  ({ id, username, name, title: 'Văn thư', role: 'van-thu', unit: 'Văn phòng', agencyId })

/** Invented people. Those named `nhan.…` receive what the home agency issues, at three levels. */
export const users: readonly UserSeed[] = [
  specialist(1, 'chuyenvien', 'Trần Thị Thu Hà', 'Phòng Tổ chức cán bộ'),
  specialist(2, 'chuyenvien2', 'Đỗ Quốc Huy', 'Phòng Cải cách hành chính'),
  { id: 3, username: 'lanhdao', name: 'Nguyễn Hữu Thành', title: 'Giám đốc', role: 'lanh-dao', unit: 'Ban Giám đốc', ...home },
  { id: 4, username: 'pholanhdao', name: 'Phạm Thị Minh Nguyệt', title: 'Phó Giám đốc', role: 'lanh-dao', unit: 'Ban Giám đốc', ...home },
  { id: 5, username: 'vanthu', name: 'Lê Thị Hồng Vân', title: 'Văn thư', role: 'van-thu', unit: 'Văn phòng', ...home },
  clerkOf(6, 'nhan.tinh', 'Ngô Thị Phương Thảo', 2),
  clerkOf(7, 'nhan.so', 'Chu Thị Mai Lan', 4),
  clerkOf(8, 'nhan.huyen', 'Triệu Văn Sơn', 10),
  clerkOf(9, 'nhan.xa', 'Lò Thị Pâng', 13),
]

export const drafters = users.filter(({ role }) => role === 'chuyen-vien')
export const director = userNamed('lanhdao')
export const deputy = userNamed('pholanhdao')
export const registrar = userNamed('vanthu')

function userNamed(username: string): UserSeed {
  const user = users.find((known) => known.username === username)
  if (user === undefined) throw new Error(`no user ${username}`)
  return user
}

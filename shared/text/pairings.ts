import type { Language } from './errors.ts'

/** What `antin pairings` says. Times are as this PC shows them. */
export const pairingsTexts = {
  vi: {
    columns: { id: 'Mã', name: 'Trình duyệt', origin: 'Tiện ích', created: 'Ghép nối lúc', seen: 'Dùng lần cuối' },
    never: 'chưa dùng',
    none: 'Chưa có trình duyệt nào được ghép nối.',
    revoked: (name: string) => `Đã gỡ ${name}. Kết nối của trình duyệt đó đã bị cắt; muốn dùng lại phải so sáu chữ số.`,
    unknown: (id: string) => `Không có ghép nối nào mang mã ${id}. Xem danh sách bằng lệnh antin pairings list.`,
    reopened: 'Cửa sổ ghép nối lại mở được. Chỉ bấm Giống nhau khi chính bạn vừa bấm Ghép nối.',
    notRunning: 'Chương trình ký không chạy, nên không có gì bị đóng.',
    notCarriedOut: 'Chương trình ký chưa thực hiện lệnh. Lệnh được giữ lại và sẽ thực hiện khi chương trình khởi động lại.',
  },
  en: {
    columns: { id: 'Id', name: 'Browser', origin: 'Extension', created: 'Paired', seen: 'Last used' },
    never: 'not yet',
    none: 'No browser is paired.',
    revoked: (name: string) => `${name} was taken off the list and its connections were ended. To be used again it has to compare six digits.`,
    unknown: (id: string) => `There is no pairing ${id}. See antin pairings list.`,
    reopened: 'Pairing windows are shown again. Press The same only if you yourself have just pressed Pair.',
    notRunning: 'The signing program does not run, so nothing is closed.',
    notCarriedOut: 'The signing program has not carried it out. The order is kept and will be carried out when it starts again.',
  },
} as const satisfies Record<Language, unknown>

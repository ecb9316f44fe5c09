import type { Language } from './errors.ts'

/** What `antin tokens` says. */
export const tokenTexts = {
  vi: {
    columns: { token: 'Thiết bị', holder: 'Người ký', organisation: 'Cơ quan', role: 'Vai trò', issuer: 'Nơi cấp', validity: 'Hiệu lực', usable: 'Dùng được' },
    roles: { person: 'cá nhân', agency: 'cơ quan', unknown: 'chưa rõ' },
    usable: 'có',
    notUsable: 'không',
    keyFile: 'tệp khóa',
    none: 'Không thấy USB ký số hay tệp khóa nào có thể ký.',
    nothingNamed: 'Chưa khai báo trình điều khiển hay tệp khóa nào, và việc tự dò đã bị tắt: hãy dùng --token, hoặc ghi vào tệp cài đặt.',
  },
  en: {
    columns: { token: 'Token', holder: 'Holder', organisation: 'Organisation', role: 'Role', issuer: 'Issuer', validity: 'Valid', usable: 'Usable' },
    roles: { person: 'personal', agency: 'agency', unknown: 'unknown' },
    usable: 'yes',
    notUsable: 'no',
    keyFile: 'key file',
    none: 'No token and no key file was found that can sign.',
    nothingNamed: 'No driver and no key file is named, and the search is switched off: use --token, or name them in the settings.',
  },
} as const satisfies Record<Language, unknown>

// Long, and it should be: the table has one row per thing that `antin doctor` can find, in both languages, with the next step.
import type { Language } from './errors.ts'

/** What was found, and what to do about it where somebody has to; `{fact}` stands for a fact of the finding. */
interface Sentence {
  says: string
  next?: string
}

const sentences = {
  // the agent
  'agent-version': {
    vi: { says: 'Ấn Tín {version}, danh mục trình điều khiển bản {catalogue}, trên {platform}.' },
    en: { says: 'Ấn Tín {version}, driver catalogue {catalogue}, on {platform}.' },
  },
  'home-ready': { vi: { says: 'Thư mục dữ liệu: {home}.' }, en: { says: 'State folder: {home}.' } },
  'home-absent': { vi: { says: 'Chưa có thư mục dữ liệu {home}; lần chạy đầu tiên sẽ tạo.' }, en: { says: 'There is no state folder {home} yet; the first start makes it.' } },
  'home-unwritable': {
    vi: { says: 'Không ghi được vào thư mục dữ liệu {home}.', next: 'Kiểm tra quyền của thư mục: người dùng này phải là chủ thư mục và ghi được.' },
    en: { says: 'The state folder {home} cannot be written.', next: 'Check its permissions: this user must own it and be able to write to it.' },
  },
  'agent-running': { vi: { says: 'Chương trình ký đang chạy, cổng {ports}.' }, en: { says: 'The agent is running on port {ports}.' } },
  'agent-elsewhere': {
    vi: { says: 'Chương trình ký đang chạy nhưng không nghe ở cổng nào trong cài đặt ({ports}).', next: 'Tiện ích chỉ tìm ở các cổng này: tắt chương trình rồi mở lại không kèm --port.' },
    en: { says: 'The agent is running, but on none of the ports of the settings ({ports}).', next: 'The extension looks at these ports only: end the agent and start it without --port.' },
  },
  'agent-stopped': {
    vi: { says: 'Chương trình ký chưa chạy.', next: 'Mở Ấn Tín (hoặc chạy lệnh antin run) trước khi ký trên trình duyệt.' },
    en: { says: 'The agent is not running.', next: 'Start Ấn Tín (or run antin run) before signing in the browser.' },
  },
  'ports-free': { vi: { says: 'Cổng còn trống: {ports}.' }, en: { says: 'Free ports: {ports}.' } },
  'ports-taken': {
    vi: { says: 'Mọi cổng trong cài đặt đều bị chương trình khác chiếm ({ports}).', next: 'Tắt chương trình đang giữ cổng, hoặc đặt cổng khác trong mục ports của cài đặt.' },
    en: { says: 'Other programs hold every port of the settings ({ports}).', next: 'End the program that holds one, or set other ports in the settings.' },
  },

  // what the browsers know of the native-messaging host
  'native-host-registered': { vi: { says: '{browser}: tự mở được chương trình ký ({file}).' }, en: { says: '{browser} can start the agent by itself ({file}).' } },
  'native-host-absent': {
    vi: { says: 'Chưa trình duyệt nào tự mở được chương trình ký; vẫn ký được, nhưng phải tự mở Ấn Tín và so sáu chữ số khi ghép nối.', next: 'Chạy antin native-host register --browser chrome (hoặc chromium, edge, coccoc, firefox).' },
    en: { says: 'No browser can start the agent by itself; signing works, but Ấn Tín has to be started by hand and paired by six digits.', next: 'Run antin native-host register --browser chrome (or chromium, edge, coccoc, firefox).' },
  },
  'native-host-manifest-wrong': {
    vi: { says: '{browser}: tệp khai báo {file} không dùng được (mất, hỏng, hoặc không nêu đường dẫn đầy đủ).', next: 'Chạy lại antin native-host register --browser {browser} để ghi lại tệp này.' },
    en: { says: '{browser}: the manifest {file} cannot be used (gone, damaged, or without a full path).', next: 'Run antin native-host register --browser {browser} again to write it anew.' },
  },
  'native-host-program-missing': {
    vi: { says: '{browser}: tệp khai báo {file} trỏ tới {program}, nhưng không có hoặc không chạy được.', next: 'Ấn Tín có thể đã được chuyển chỗ hoặc gỡ bỏ: cài lại, rồi chạy antin native-host register --browser {browser}.' },
    en: { says: '{browser}: the manifest {file} leads to {program}, which is not there or cannot be run.', next: 'Ấn Tín may have been moved or removed: install it again, then run antin native-host register --browser {browser}.' },
  },

  // the window that asks for the PIN
  'pin-window-found': { vi: { says: 'Cửa sổ nhập mã PIN: {program}.' }, en: { says: 'PIN window: {program}.' } },
  'pin-window-missing': {
    vi: { says: 'Không có chương trình hiện cửa sổ nhập mã PIN.', next: 'Cài pinentry-gtk2 hoặc pinentry-qt, hoặc ghi đường dẫn vào mục pinentry của cài đặt. Nếu đang chạy qua ssh, chạy lại trong màn hình làm việc.' },
    en: { says: 'There is no program that shows the PIN window.', next: 'Install pinentry-gtk2 or pinentry-qt, or name one in the setting pinentry. If this runs over ssh, run it again in the desktop session.' },
  },

  // settings
  'settings-read': { vi: { says: 'Đọc được cài đặt. Mục đã đặt: {names}.' }, en: { says: 'The settings were read. Set: {names}.' } },
  'settings-default': { vi: { says: 'Không có tệp cài đặt nào; mọi mục theo mặc định.' }, en: { says: 'There is no settings file; everything is at its default.' } },
  'settings-fixed': { vi: { says: 'Chính sách của cơ quan đã cố định: {names}.' }, en: { says: 'Fixed by the policy of the office: {names}.' } },
  'settings-unreadable': {
    vi: { says: 'Không dùng được tệp cài đặt: {reason}.', next: 'Sửa tệp đó; chương trình ký không chạy khi một tệp cài đặt bị hỏng. Các mục dưới đây được kiểm tra theo mặc định.' },
    en: { says: 'A settings file cannot be used: {reason}.', next: 'Correct it; the agent does not start with a damaged settings file. What follows was checked with the defaults.' },
  },

  // drivers
  'drivers-named': { vi: { says: 'Cài đặt nêu rõ {count} trình điều khiển; không tự dò.' }, en: { says: 'The settings name {count} drivers; none are searched for.' } },
  'drivers-searched': { vi: { says: 'Tự dò trình điều khiển: thấy {count} tệp trên máy này.' }, en: { says: 'Drivers are searched for: {count} files were found on this PC.' } },
  'search-off': {
    vi: { says: 'Không khai báo trình điều khiển nào và việc tự dò đã bị tắt.', next: 'Bật searchDrivers, hoặc khai báo pkcs11Modules trong cài đặt.' },
    en: { says: 'No driver is named and the search is switched off.', next: 'Switch searchDrivers on, or name pkcs11Modules in the settings.' },
  },
  'driver-none': {
    vi: { says: 'Không có trình điều khiển USB ký số nào dùng được.', next: 'Cài trình điều khiển do nơi cấp chứng thư cung cấp (bản 64 bit), rồi chạy lại antin doctor.' },
    en: { says: 'No driver for signing tokens can be used.', next: 'Install the driver of whoever issued the certificate (64-bit), then run antin doctor again.' },
  },
  'driver-loaded': { vi: { says: '{driver}{name}: nạp được sau {ms} ms, nguồn: {origin}.' }, en: { says: '{driver}{name}: loaded in {ms} ms, from: {origin}.' } },
  'driver-slow': {
    vi: { says: '{driver}{name}: nạp được nhưng mất {ms} ms.', next: 'Lần đọc USB đầu tiên sẽ chậm. Nếu máy còn trình điều khiển riêng của USB, chỉ khai báo trình điều khiển đó.' },
    en: { says: '{driver}{name}: loaded, but it took {ms} ms.', next: 'The first look at a token is slow. If the token has a driver of its own, name that one alone.' },
  },
  'driver-not-found': {
    vi: { says: '{driver}{name}: không có tệp này.', next: 'Sửa đường dẫn trong pkcs11Modules, hoặc cài trình điều khiển.' },
    en: { says: '{driver}{name}: there is no such file.', next: 'Correct the path in pkcs11Modules, or install the driver.' },
  },
  'driver-unreadable': {
    vi: { says: '{driver}{name}: người dùng này không được đọc tệp.', next: 'Cho mọi người dùng quyền đọc tệp (chmod a+r), hoặc cài lại trình điều khiển.' },
    en: { says: '{driver}{name}: this user may not read the file.', next: 'Let all users read it (chmod a+r), or install the driver again.' },
  },
  'driver-not-a-library': {
    vi: { says: '{driver}{name}: tệp hỏng hoặc không phải thư viện.', next: 'Cài lại trình điều khiển.' },
    en: { says: '{driver}{name}: the file is damaged or is no library.', next: 'Install the driver again.' },
  },
  'driver-wrong-architecture': {
    vi: { says: '{driver}{name}: dành cho máy khác ({built}), không nạp được vào chương trình {needed}.', next: 'Cài bản {needed} của trình điều khiển.' },
    en: { says: '{driver}{name}: built for another machine ({built}), this program is {needed}.', next: 'Install the {needed} version of the driver.' },
  },
  'driver-only-32-bit': {
    vi: { says: '{driver}{name}: nhà cung cấp chỉ phát hành bản 32 bit cho Linux.', next: 'Xin nơi cấp bản 64 bit, hoặc ký trên máy Windows.' },
    en: { says: '{driver}{name}: published for 32-bit Linux alone.', next: 'Ask the authority for a 64-bit version, or sign on a Windows PC.' },
  },
  'driver-only-intel': {
    vi: { says: '{driver}{name}: nhà cung cấp chỉ phát hành bản cho máy Mac chip Intel.', next: 'Ký trên máy Windows, Linux hoặc máy Mac chip Intel.' },
    en: { says: '{driver}{name}: published for Intel Macs alone.', next: 'Sign on a Windows or Linux PC, or on a Mac with an Intel processor.' },
  },
  'driver-not-pkcs11': {
    vi: { says: '{driver}{name}: không phải mô-đun PKCS#11 (thiếu C_GetFunctionList).', next: 'Hỏi nơi cấp tên tệp PKCS#11 của trình điều khiển và khai báo tệp đó.' },
    en: { says: '{driver}{name}: no PKCS#11 module (C_GetFunctionList is missing).', next: 'Ask the authority for the file name of its PKCS#11 module, and name that.' },
  },
  'driver-shell': {
    vi: { says: '{driver}{name}: đây là vỏ CSP dành cho Windows, không phải mô-đun PKCS#11.', next: 'Khai báo tệp nằm cạnh nó: {beside}.' },
    en: { says: '{driver}{name}: this is the CSP shell for Windows, no PKCS#11 module.', next: 'Name the file beside it: {beside}.' },
  },
  'driver-failed': {
    vi: { says: '{driver}{name}: không dùng được. {cause}', next: 'Cài lại trình điều khiển; nếu vẫn lỗi, gửi kết quả antin doctor --json cho nơi cấp.' },
    en: { says: '{driver}{name}: cannot be used. {cause}', next: 'Install the driver again; if that does not help, send the output of antin doctor --json to the authority.' },
  },

  // tokens
  'token-none': {
    vi: { says: 'Không thấy USB ký số nào.', next: 'Cắm USB ký số, chờ vài giây rồi chạy lại. Nếu đã cắm: thử cổng khác và cài trình điều khiển đúng loại USB.' },
    en: { says: 'No signing token was found.', next: 'Plug the token in, wait a few seconds and run this again. If it is in: try another port, and install the driver for this kind of token.' },
  },
  'token-found': { vi: { says: 'USB “{token}”, số {serial}, khe “{reader}”, qua {driver}.' }, en: { says: 'Token “{token}”, serial {serial}, slot “{reader}”, by {driver}.' } },
  'token-unreadable': {
    vi: { says: 'Khe “{reader}” có USB nhưng {driver} không đọc được ({reason}).', next: 'Rút ra cắm lại. Nếu vẫn lỗi, USB này cần trình điều khiển khác: cài bản của nơi cấp chứng thư.' },
    en: { says: 'There is a token in “{reader}”, but {driver} cannot read it ({reason}).', next: 'Plug it in again. If the error stays, the token needs another driver: install that of its authority.' },
  },
  'token-not-for-opensc': {
    vi: { says: 'Khe “{reader}” có USB mà OpenSC không đọc được ({reason}).', next: 'OpenSC không biết một số loại USB, trong đó có {names}: cài trình điều khiển riêng của loại đó.' },
    en: { says: 'There is a token in “{reader}” that OpenSC cannot read ({reason}).', next: 'OpenSC does not know some kinds of token, among them {names}: install their own driver.' },
  },
  'token-blank': {
    vi: { says: 'USB trong khe “{reader}” chưa được khởi tạo.', next: 'Nhờ nơi cấp khởi tạo USB và nạp chứng thư.' },
    en: { says: 'The token in “{reader}” was never initialised.', next: 'Ask the authority to initialise it and to put the certificate on it.' },
  },
  'token-empty': {
    vi: { says: 'USB “{token}” (số {serial}) không có chứng thư ký nào.', next: 'Nhờ nơi cấp nạp chứng thư vào USB, hoặc cài trình điều khiển đúng loại USB.' },
    en: { says: 'The token “{token}” (serial {serial}) has no signing certificate.', next: 'Ask the authority to put the certificate on it, or install the driver for this kind of token.' },
  },
  'pin-locked': {
    vi: { says: 'USB “{token}” đã bị khóa mã PIN.', next: 'Mở khóa bằng công cụ của nơi cấp (cần mã SO PIN hoặc mang đến nơi cấp). Ấn Tín không mở khóa được.' },
    en: { says: 'The PIN of the token “{token}” is locked.', next: 'Unlock it with the tool of the authority (it takes the SO PIN). Ấn Tín cannot.' },
  },
  'pin-last-try': {
    vi: { says: 'USB “{token}” báo chỉ còn một lần thử mã PIN.', next: 'Hỏi lại đúng mã PIN trước khi ký; sai lần nữa là khóa.' },
    en: { says: 'The token “{token}” tells that one try of the PIN is left.', next: 'Make sure of the PIN before signing: one more wrong entry locks it.' },
  },
  'pin-attempts': {
    vi: { says: 'USB “{token}”: đã {count} lần nhập mã PIN mà chưa lần nào đúng.', next: 'Hỏi lại đúng mã PIN trước khi ký; phần lớn USB khóa sau ba lần sai.' },
    en: { says: 'Token “{token}”: {count} entries of the PIN without a success.', next: 'Make sure of the PIN before signing; most tokens lock after three wrong entries.' },
  },
  'certificate-usable': {
    vi: { says: 'Ký được: {holder} ({role}), do {issuer} cấp, hết hạn {validTo}.' },
    en: { says: 'Can sign: {holder} ({role}), issued by {issuer}, valid until {validTo}.' },
  },
  'certificate-expiring': {
    vi: { says: 'Chứng thư của {holder} hết hạn ngày {validTo}, còn {days} ngày.', next: 'Làm thủ tục gia hạn ngay; sau ngày đó không ký được nữa.' },
    en: { says: 'The certificate of {holder} ends on {validTo}, in {days} days.', next: 'Ask for a new one now; after that day it does not sign.' },
  },
  'certificate-unusable': { vi: { says: 'Không ký được: {cause}' }, en: { says: 'Cannot sign: {cause}' } },
  'certificate-none': {
    vi: { says: 'Không có chứng thư nào trên máy này ký được.', next: 'Xem các dòng ở trên, sửa lần lượt từ trên xuống rồi chạy lại antin doctor.' },
    en: { says: 'No certificate on this PC can sign.', next: 'Go through the lines above from top to bottom, then run antin doctor again.' },
  },
  'role-unknown': {
    vi: { says: 'Chưa rõ chứng thư của {holder} là của cá nhân hay cơ quan.', next: 'Ghi số USB {serial} vào tokenRoles của cài đặt, giá trị person (cá nhân) hoặc agency (cơ quan).' },
    en: { says: 'It is not known whether the certificate of {holder} is a person’s or an agency’s.', next: 'Put the serial {serial} into the setting tokenRoles, as person or agency.' },
  },
  'key-file-failed': { vi: { says: 'Tệp khóa: {cause}' }, en: { says: 'Key file: {cause}' } },

  // PC/SC
  'pc-sc-running': { vi: { says: 'Dịch vụ thẻ thông minh đang chạy ({service}).' }, en: { says: 'The smart-card service is running ({service}).' } },
  'pc-sc-stopped': {
    vi: { says: 'Dịch vụ thẻ thông minh không trả lời ({service}).', next: 'Trên Linux: sudo systemctl enable --now pcscd.socket. Trên Windows: mở Services và chạy Smart Card.' },
    en: { says: 'The smart-card service does not answer ({service}).', next: 'On Linux: sudo systemctl enable --now pcscd.socket. On Windows: open Services and start Smart Card.' },
  },
  'pc-sc-missing': {
    vi: { says: 'Chưa cài dịch vụ thẻ thông minh (pcscd).', next: 'Cài gói pcscd và libccid; phần lớn USB ký số cần dịch vụ này.' },
    en: { says: 'The smart-card service (pcscd) is not installed.', next: 'Install the packages pcscd and libccid; most signing tokens need them.' },
  },
  'readers-seen': { vi: { says: 'Khe mà các trình điều khiển thấy: {readers}.' }, en: { says: 'Slots that the drivers see: {readers}.' } },
  'readers-none': { vi: { says: 'Không trình điều khiển nào thấy khe cắm USB ký số.' }, en: { says: 'No driver sees a slot for a token.' } },

  // journal and spool
  'journal-absent': { vi: { says: 'Chưa có nhật ký: chưa ký lần nào.' }, en: { says: 'There is no journal yet: nothing was signed so far.' } },
  'journal-unreadable': {
    vi: { says: 'Không mở được nhật ký: {reason}.', next: 'Sao lưu thư mục dữ liệu rồi báo bộ phận hỗ trợ; đừng xóa nhật ký.' },
    en: { says: 'The journal cannot be opened: {reason}.', next: 'Make a copy of the state folder and ask for support; do not delete the journal.' },
  },
  'delivered-all': { vi: { says: 'Mọi tệp đã ký đều đã trả về hệ thống văn bản.' }, en: { says: 'Every signed file was returned to its document system.' } },
  'undelivered': {
    vi: { says: '{count} tệp đã ký chưa được xác nhận trả về ({batches} lượt ký).', next: 'Mở trình duyệt, vào danh sách lượt ký của tiện ích rồi bấm Thử lại hoặc Lưu tệp.' },
    en: { says: '{count} signed files have no confirmed return ({batches} batches).', next: 'Open the browser, go to the batches in the extension and press Try again or Save.' },
  },
  'spool-size': { vi: { says: 'Thư mục tạm giữ {count} tệp, {size}.' }, en: { says: 'The spool holds {count} files, {size}.' } },
  'disk-free': { vi: { says: 'Ổ đĩa còn trống {free}.' }, en: { says: '{free} of the disk is free.' } },
  'disk-low': {
    vi: { says: 'Ổ đĩa chỉ còn trống {free}.', next: 'Dọn ổ đĩa: một lượt ký lớn cần chỗ cho cả bản gốc và bản đã ký.' },
    en: { says: 'Only {free} of the disk is free.', next: 'Free some space: a large batch needs room for the originals and the signed files.' },
  },
} as const satisfies Record<string, Record<Language, Sentence>>

export type DoctorCode = keyof typeof sentences

export const doctorTexts = {
  vi: {
    sections: { 'agent': 'Chương trình ký', 'native-host': 'Trình duyệt', 'pin-window': 'Cửa sổ nhập mã PIN', 'settings': 'Cài đặt', 'tokens': 'USB ký số và trình điều khiển', 'pc-sc': 'Dịch vụ thẻ thông minh', 'store': 'Nhật ký và tệp tạm' },
    origins: { 'settings': 'cài đặt', 'catalogue': 'danh mục', 'p11-kit': 'p11-kit', 'windows': 'Windows', 'opensc': 'OpenSC' },
    roles: { person: 'cá nhân', agency: 'cơ quan', unknown: 'chưa rõ vai trò' },
    next: 'Việc cần làm',
    summary: (bad: number, warn: number) => (bad === 0 ? `Không có lỗi nào${warn > 0 ? `; ${warn} điều cần biết` : ''}.` : `${bad} lỗi cần xử lý${warn > 0 ? `; ${warn} điều cần biết` : ''}.`),
  },
  en: {
    sections: { 'agent': 'Agent', 'native-host': 'Browsers', 'pin-window': 'PIN window', 'settings': 'Settings', 'tokens': 'Tokens and drivers', 'pc-sc': 'Smart-card service', 'store': 'Journal and spool' },
    origins: { 'settings': 'settings', 'catalogue': 'catalogue', 'p11-kit': 'p11-kit', 'windows': 'Windows', 'opensc': 'OpenSC' },
    roles: { person: 'personal', agency: 'agency', unknown: 'role unknown' },
    next: 'Next',
    summary: (bad: number, warn: number) => (bad === 0 ? `No faults${warn > 0 ? `; ${warn} worth knowing` : ''}.` : `${bad} to put right${warn > 0 ? `; ${warn} worth knowing` : ''}.`),
  },
} as const satisfies Record<Language, unknown>

/** The sentence of a finding with its facts filled in. */
export function doctorText(code: DoctorCode, facts: Readonly<Record<string, string>>, language: Language): Sentence {
  const { says, next }: Sentence = sentences[code][language]
  const fill = (text: string): string => text.replaceAll(/\{(\w+)\}/g, (_, fact: string) => facts[fact] ?? '').trim()
  return { says: fill(says), ...(next === undefined ? {} : { next: fill(next) }) }
}

/** Every code with its rows before the facts are filled in, for the test that holds text and program together. */
export const doctorSentences: Record<DoctorCode, Record<Language, Sentence>> = sentences

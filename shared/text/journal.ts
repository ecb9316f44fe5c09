import type { Language } from './errors.ts'

/** What `antin journal verify` says. Moments are shown in the time of this PC. */
interface JournalTexts {
  fits: (events: number) => string
  changed: (eventId: number) => string
  missing: (eventId: number) => string
  rewritten: (eventId: number, at: string) => string
  anchored: (since: string, last: string, eventId: number) => string
  neverAnchored: string
  stamped: (since: string, last: string, eventId: number) => string
  stampForged: (eventId: number) => string
  stampsUnproven: (stamps: number) => string
  rootsUnreadable: (reason: string) => string
  unanchored: (events: number) => string
  unreadableAnchors: (lines: number) => string
}

export const journalTexts: Record<Language, JournalTexts> = {
  vi: {
    fits: (events) => `Nhật ký có ${events} sự kiện, sự kiện nào cũng khớp với sự kiện trước nó.`,
    changed: (eventId) => `Nhật ký KHÔNG khớp: sự kiện ${eventId} đã bị sửa, bị đổi chỗ hoặc bị chèn vào.`,
    missing: (eventId) => `Nhật ký KHÔNG khớp: sự kiện ${eventId} đã bị xóa.`,
    rewritten: (eventId, at) => `Nhật ký KHÔNG khớp: phần từ đầu đến sự kiện ${eventId} không còn như lúc được neo (${at}).`,
    anchored: (since, last, eventId) => `Được neo từ ${since}; lần gần nhất lúc ${last}, ở sự kiện ${eventId}.`,
    stamped: (since, last, eventId) => `Có dấu thời gian đáng tin cậy từ ${since}; lần gần nhất lúc ${last}, ở sự kiện ${eventId}.`,
    stampForged: (eventId) => `Dấu thời gian ở sự kiện ${eventId} KHÔNG phải của nhật ký này, hoặc đã bị sửa.`,
    stampsUnproven: (stamps) => `${stamps} dấu thời gian chưa chứng minh được gì: nơi cấp không (hoặc không còn) được tin cậy. Hãy đặt rootsFolder hoặc dùng --root.`,
    rootsUnreadable: (reason) => `Không đọc được chứng thư gốc trong cài đặt (${reason}). Nhật ký vẫn được kiểm tra; hãy sửa rootsFolder hoặc dùng --root để kiểm tra cả dấu thời gian.`,
    neverAnchored: 'Nhật ký chưa được neo lần nào.',
    unanchored: (events) => `${events} sự kiện sau lần neo gần nhất chưa được neo.`,
    unreadableAnchors: (lines) => `${lines} dòng neo không đọc được.`,
  },
  en: {
    fits: (events) => `The journal has ${events} events, and each fits the one before it.`,
    changed: (eventId) => `The journal does NOT fit: event ${eventId} was edited, moved or put in.`,
    missing: (eventId) => `The journal does NOT fit: event ${eventId} was removed.`,
    rewritten: (eventId, at) => `The journal does NOT fit: what is before event ${eventId} is no longer what was anchored at ${at}.`,
    anchored: (since, last, eventId) => `Anchored since ${since}; last at ${last}, at event ${eventId}.`,
    stamped: (since, last, eventId) => `Time-stamped by a trusted authority since ${since}; last at ${last}, at event ${eventId}.`,
    stampForged: (eventId) => `The time stamp at event ${eventId} is NOT of this journal, or was changed.`,
    stampsUnproven: (stamps) => `${stamps} time stamps prove nothing yet: their authority is not (or no longer) trusted. Set rootsFolder, or use --root.`,
    rootsUnreadable: (reason) => `The root certificates of the settings cannot be read (${reason}). The journal was checked all the same; correct rootsFolder, or use --root, to have the time stamps checked too.`,
    neverAnchored: 'The journal was never anchored.',
    unanchored: (events) => `${events} events behind the last anchor are not anchored yet.`,
    unreadableAnchors: (lines) => `${lines} lines of the anchors cannot be read.`,
  },
}

import type { MarkName, MarkRectangle } from '../../shared/protocol/marks.ts'
import type { InterfaceText } from '../../shared/text/interface.ts'
import { mayStretch, millimetres } from './mark-geometry.ts'

/** What is drawn, in the words that clerks know. */
export function markWords(say: InterfaceText): Record<MarkName, string> {
  return {
    signature: say.markSignature,
    initials: say.markInitials,
    comment: say.markComment,
    number: say.markNumber,
    day: say.markDay,
    month: say.markMonth,
    year: say.markYear,
    seal: say.markSeal,
    arrival: say.markArrival,
    appendix: say.markAppendix,
    copy: say.markCopy,
  }
}

/** Where it is, in millimetres, and how large where that can be changed. */
export function placeWords(say: InterfaceText, mark: MarkName, { x, y, width, height }: MarkRectangle): string {
  const place = say.markAt(markWords(say)[mark], millimetres(x), millimetres(y))
  return mayStretch(mark) ? `${place}, ${say.markSize(millimetres(width), millimetres(height))}` : place
}

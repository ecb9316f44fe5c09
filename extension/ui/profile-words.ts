import type { BatchOnScreen } from '../../shared/messages/view.ts'
import type { InterfaceText } from '../../shared/text/interface.ts'

/** What a batch is for, in the words that clerks know. */
export function profileWords(say: InterfaceText): Record<BatchOnScreen['profile'], string> {
  return {
    approve: say.profileApprove,
    issue: say.profileIssue,
    income: say.profileIncome,
    appendix: say.profileAppendix,
    copy: say.profileCopy,
    comment: say.profileComment,
    initials: say.profileInitials,
  }
}

export function copyWords(say: InterfaceText): Record<NonNullable<BatchOnScreen['copyForm']>, string> {
  return { full: say.copyFull, recopy: say.copyRecopy, extract: say.copyExtract }
}

import type { ComponentChildren } from 'preact'
import { errors, type Refusal } from '../../shared/errors.ts'
import { errorText } from '../../shared/text/errors.ts'
import { Icon, type IconName } from './icon.tsx'
import { useLanguage } from './say.ts'

const icons = { care: 'care', bad: 'refused', good: 'check', wait: 'lock' } as const satisfies Record<string, IconName>

export interface NoticeProps {
  tone: keyof typeof icons
  /** Said at once by a screen reader; for what the clerk did not expect. */
  urgent?: boolean
  actions?: ComponentChildren
  children: ComponentChildren
}

export function Notice({ tone, urgent = false, actions, children }: NoticeProps) {
  return (
    <div class={`notice ${tone}`} role={urgent ? 'alert' : undefined}>
      <Icon name={icons[tone]} />
      <div>{children}</div>
      {actions && <div class="actions">{actions}</div>}
    </div>
  )
}

/** The table's sentence for a refusal. */
export function RefusalNotice({ refusal, ...rest }: { refusal: Refusal } & Pick<NoticeProps, 'urgent' | 'actions'>) {
  const language = useLanguage()
  return (
    <Notice tone={errors[refusal.code].who === 'clerk' ? 'care' : 'bad'} {...rest}>
      {errorText(refusal, language)}
    </Notice>
  )
}

export function Empty({ icon, title, text, children }: { icon: IconName; title: string; text: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={icon} size={36} />
      <h2>{title}</h2>
      <p>{text}</p>
      {children}
    </div>
  )
}
